import { describe, expect, test } from "vitest";
import type { Display } from "../../../../src/cli/display.ts";
import { attachedView } from "../../../../src/cli/view/attached.ts";
import { openView } from "../../../../src/cli/view/view.ts";
import type { StepInfo } from "../../../../src/events.ts";
import { memoryIo } from "../../../support/memory-io.ts";

function step(id: number, name: string): StepInfo {
  return {
    id,
    operation: "create-container",
    resource: "container",
    name,
    doing: "Creating",
    done: "Created",
    cause: "missing",
  };
}

function display(progress: Display["progress"]): Display {
  return { progress, colorsOn: () => false };
}

describe("a view", () => {
  test("tells progress line by line on stderr, and of skipped things once", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("plain"), status: "stderr", isVerbose: false });
    view.emit({ kind: "step-started", step: step(1, "web-1") });
    view.emit({ kind: "step-skipped", step: step(2, "db-1"), reason: "because of container web-1" });
    view.emit({ kind: "step-skipped", step: step(3, "db-1"), reason: "because of container web-1" });
    expect(io.written.stderr()).toBe(
      " Container web-1  Creating\n Container db-1  Skipped because of container web-1\n",
    );
    expect(io.written.stdout()).toBe("");
  });

  test("tells progress on stdout where that is asked for", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("plain"), status: "stdout", isVerbose: false });
    view.emit({ kind: "step-started", step: step(1, "web-1") });
    expect(io.written.stdout()).toBe(" Container web-1  Creating\n");
  });

  test("keeps warnings when it is quiet, and nothing else", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("quiet"), status: "stderr", isVerbose: false });
    view.emit({ kind: "step-started", step: step(1, "web-1") });
    view.emit({ kind: "remark", level: "info", message: "Attaching to web-1" });
    view.emit({ kind: "remark", level: "warning", message: "orphans found" });
    expect(io.written.stderr()).toBe("warning: orphans found\n");
  });

  test("leaves the last state of everything on a terminal, with what was printed above", async () => {
    const io = memoryIo({ isTTY: true, columns: 60 });
    {
      await using view = await openView({ io, display: display("tty"), status: "stderr", isVerbose: false });
      const [web, db, late] = [step(1, "web-1"), step(2, "db-1"), step(3, "late-1")];
      view.emit({ kind: "plan-ready", action: "up", project: "shop", steps: [web, db, late] });
      view.emit({ kind: "unchanged", resource: "network", name: "shop_default", text: "Running" });
      view.emit({ kind: "step-started", step: web });
      view.emit({ kind: "step-started", step: db });
      view.emit({ kind: "step-succeeded", step: web });
      view.emit({ kind: "step-failed", step: db, message: "no such image\nmore about it" });
      view.emit({ kind: "step-skipped", step: late, reason: "interrupted" });
    }
    const last = io.written
      .stderr()
      .split("\u001b[0J")
      .at(-1)
      ?.split("\n")
      .map((line) => line.trimEnd());
    expect(last?.filter((line) => line.startsWith(" ")).map((line) => line.replace(/ +[\d.]+s$/, ""))).toEqual([
      " ✔ Container web-1       Created",
      " ✘ Container db-1        Error no such image",
      " ✔ Network shop_default  Running",
    ]);
  });

  test("shows what is stopped as being stopped, also when nothing had to be started", async () => {
    const io = memoryIo({ isTTY: true, columns: 60 });
    const web = step(1, "web-1");
    {
      await using view = await openView({ io, display: display("tty"), status: "stderr", isVerbose: false });
      view.emit({ kind: "plan-ready", action: "up", project: "shop", steps: [] });
      view.emit({ kind: "unchanged", resource: "container", name: "web-1", text: "Running" });
      view.emit({ kind: "plan-ready", action: "stop", project: "shop", steps: [web] });
      view.emit({ kind: "step-started", step: web });
      await new Promise(setImmediate);
      expect(io.written.stderr()).toContain("Stopping 0/1");
      view.emit({ kind: "step-succeeded", step: web, text: "Killed" });
    }
    const last = io.written.stderr().split("\u001b[0J").at(-1) ?? "";
    expect(last).toContain("Stopping 1/1");
    expect(last).toMatch(/✔ Container web-1 +Killed/);
  });
});

describe("an attached view", () => {
  const line = Buffer.from("hello\n");

  test("keeps the streams of containers apart and tells their ends on stderr", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("plain"), status: "stderr", isVerbose: false });
    const { emit, write } = attachedView(view, { io, display: display("plain"), style: {} });
    emit({ kind: "container-attached", container: "web-1", service: "web" });
    emit({ kind: "container-attached", container: "longer-1", service: "longer" });
    write({ container: "web-1", service: "web", stream: "stdout", bytes: line });
    write({ container: "longer-1", service: "longer", stream: "stderr", bytes: line });
    emit({ kind: "container-exited", container: "web-1", service: "web", exitCode: 3, isRestarting: true });
    emit({ kind: "container-recreated", container: "web-1", service: "web" });
    expect(io.written.stdout()).toBe("web-1     | hello\n");
    expect(io.written.stderr()).toBe(
      "longer-1  | hello\nweb-1 exited with code 3 (restarting)\nweb-1 has been recreated\n",
    );
  });

  test("leaves out names where that is asked for", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("plain"), status: "stderr", isVerbose: false });
    const { write } = attachedView(view, { io, display: display("plain"), style: { noLogPrefix: true } });
    write({ container: "web-1", service: "web", stream: "stdout", bytes: line });
    expect(io.written.stdout()).toBe("hello\n");
  });

  test("tells output as JSON too", async () => {
    const io = memoryIo();
    await using view = await openView({ io, display: display("json"), status: "stderr", isVerbose: false });
    const { write } = attachedView(view, { io, display: display("json"), style: {} });
    write({ container: "web-1", service: "web", stream: "stdout", bytes: Buffer.from("one\ntwo\n") });
    expect(
      io.written
        .stdout()
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      { container: "web-1", service: "web", stream: "stdout", message: "one" },
      { container: "web-1", service: "web", stream: "stdout", message: "two" },
    ]);
  });
});
