import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { EngineError } from "../../src/errors.ts";
import { testEngines } from "../support/engines.ts";
import { image, openSandbox, type Sandbox } from "./sandbox.ts";
import { tarOf } from "./tar.ts";

describe.each(testEngines(inject("embeddedEngine")))("containers on $name", (testEngine) => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox(testEngine);
  });
  afterAll(() => box[Symbol.asyncDispose]());

  test("the version is told, and one that both sides know is spoken", async () => {
    const { Version, ApiVersion } = await box.engine.version();
    expect(Version).toMatch(/^\d+\.\d+/);
    expect(Number(box.engine.apiVersion.split(".")[1])).toBeLessThanOrEqual(Number(ApiVersion.split(".")[1]));
  });

  test("a created container is inspected as it was asked for", async () => {
    const id = await box.create("true", { Env: ["A=1", "B"], WorkingDir: "/tmp", StopTimeout: 3 });
    const { Id, Config, State } = await box.inspect(id);
    expect({ Id, WorkingDir: Config.WorkingDir, Status: State.Status, StopTimeout: Config.StopTimeout }).toEqual({
      Id: id,
      WorkingDir: "/tmp",
      Status: "created",
      StopTimeout: 3,
    });
    expect(Config.Env).toContain("A=1");
  });

  test("a user whom no file of the container knows is at home in its root", async () => {
    const homeOf = (User: string, home: string): ReturnType<typeof box.finish> =>
      box.finish(`test "$HOME" = ${home}`, { User });
    expect(await homeOf("4321:5", "/")).toMatchObject({ exitCode: 0 });
    expect(await homeOf("root", "/root")).toMatchObject({ exitCode: 0 });
  });

  test("containers are found by label, by name and by id", async () => {
    const id = await box.create("true", { Labels: { ...box.labels, color: "green" } });
    const label = Object.entries(box.labels).map(([key, value]) => `${key}=${value}`);
    const found = await box.engine.listContainers({ all: true, filters: { label: [...label, "color=green"] } });
    expect(found.map(({ Id }) => Id)).toEqual([id]);
    const name = found[0]?.Names[0]?.slice(1) ?? "";
    expect((await box.inspect(name)).Id).toBe(id);
    expect((await box.inspect(id.slice(0, 12))).Id).toBe(id);
  });

  test("what is not there is undefined when asked about, and not-found when acted upon", async () => {
    const nobody = box.name("nobody");
    expect(await box.engine.inspectContainer(nobody)).toBeUndefined();
    await expect(box.engine.startContainer(nobody)).rejects.toMatchObject({
      code: "not-found",
      status: 404,
      doing: `starting container ${nobody}`,
      message: expect.stringContaining(nobody),
    });
    await expect(box.engine.removeContainer(nobody, { force: true, withVolumes: true })).rejects.toBeInstanceOf(
      EngineError,
    );
  });

  test("an odd name cannot reach another call", async () => {
    expect(await box.engine.inspectContainer("bridge?all=1#")).toBeUndefined();
  });

  test("a refusal names what it is about", async () => {
    const name = box.name("mute");
    const body = { Image: image, Entrypoint: ["/no/such/program"], Labels: box.labels };
    const { id } = await box.engine.createContainer({ name, body });
    const refusals = [
      box.engine.startContainer(id),
      box.engine.killContainer(id),
      box.engine.createExec(id, {
        Cmd: ["true"],
        AttachStdin: false,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
      }),
      box.engine.pauseContainer(id),
    ];
    for (const refusal of await Promise.allSettled(refusals)) {
      const { message } = (refusal as PromiseRejectedResult).reason as EngineError;
      expect(message).toContain(name);
      expect(message).not.toContain(id);
    }
    await box.engine.renameContainer(id, `${name}-again`);
    await expect(box.engine.killContainer(id)).rejects.toThrow(`container ${name}-again`);
  });

  test("a name that is taken is a conflict", async () => {
    const name = box.name("taken");
    const body = { Image: image, Labels: box.labels };
    await box.engine.createContainer({ name, body });
    await expect(box.engine.createContainer({ name, body })).rejects.toMatchObject({ code: "conflict", status: 409 });
  });

  test("an image that is not there is not-found on create", async () => {
    const body = { Image: "tscompose-nothing:1", Labels: box.labels };
    await expect(box.engine.createContainer({ name: box.name("lost"), body })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  test("starting twice and stopping twice is no mistake", async () => {
    const id = await box.create("exec sleep 1000");
    await box.engine.startContainer(id);
    await box.engine.startContainer(id);
    await box.engine.stopContainer(id, { graceMs: 0 });
    await box.engine.stopContainer(id, { graceMs: 0 });
    expect((await box.inspect(id)).State).toMatchObject({ Running: false, ExitCode: 137 });
  });

  test("stopping leaves the grace it was given to end by itself", async () => {
    const id = await box.run("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");
    for await (const _ of box.engine.logs(id, { follow: true, timestamps: false })) break;
    await box.engine.stopContainer(id, { graceMs: 20_000 });
    expect((await box.inspect(id)).State.ExitCode).toBe(7);
  });

  test("waiting tells the exit code, also of a container that ended long ago", async () => {
    const { id, exitCode } = await box.finish("exit 3");
    expect(exitCode).toBe(3);
    expect(await box.engine.waitContainer(id)).toBe(3);
  });

  test("waiting ends when the signal fires", async () => {
    const id = await box.run("exec sleep 1000");
    const waiting = box.engine.waitContainer(id, { signal: AbortSignal.timeout(200) });
    await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
  });

  test("waiting until one is removed goes on when it has ended", async () => {
    const id = await box.run("exec sleep 1000");
    let isGone = false;
    // One that arrives only after the removal is told so.
    const removed = box.engine
      .waitContainer(id, { until: "removed" })
      .catch((error: unknown) => expect(error).toMatchObject({ code: "not-found" }))
      .then(() => (isGone = true));
    await box.engine.killContainer(id, { signal: "SIGKILL" });
    await box.engine.waitContainer(id);
    expect(isGone).toBe(false);
    await box.engine.removeContainer(id, { force: false, withVolumes: true });
    await removed;
    expect(await box.engine.inspectContainer(id)).toBeUndefined();
    const late = box.engine.waitContainer(id, { until: "removed" });
    await expect(late).rejects.toMatchObject({ code: "not-found" });
  });

  test("more waits than shared connections leave room for other calls", async () => {
    const id = await box.run("exec sleep 1000");
    const waits = Array.from({ length: 100 }, () => box.engine.waitContainer(id));
    await box.engine.killContainer(id, { signal: "SIGKILL" });
    expect(new Set(await Promise.all(waits))).toEqual(new Set([137]));
  });

  test("a paused container is paused until it is not", async () => {
    const id = await box.run("exec sleep 1000");
    // Some engines answer before they note the new state; the event comes after.
    await using events = await box.engine.events({ filters: { container: [id], event: ["pause", "unpause"] } });
    const moves = events[Symbol.asyncIterator]();
    await box.engine.pauseContainer(id);
    await moves.next();
    expect((await box.inspect(id)).State.Status).toBe("paused");
    await box.engine.unpauseContainer(id);
    await moves.next();
    expect((await box.inspect(id)).State.Status).toBe("running");
    await box.engine.restartContainer(id, { graceMs: 0 });
    expect((await box.inspect(id)).State.Status).toBe("running");
  });

  test("a paused container is killed, and all that it runs", async () => {
    const id = await box.run("sleep 1000 & exec sleep 1000");
    await box.engine.pauseContainer(id);
    await box.engine.killContainer(id);
    expect(await box.engine.waitContainer(id)).toBe(137);
    expect((await box.inspect(id)).State.Status).toBe("exited");
  });

  test("one that runs is not removed without force", async () => {
    const id = await box.run("exec sleep 1000");
    const removal = box.engine.removeContainer(id, { force: false, withVolumes: true });
    await expect(removal).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("running") });
    expect((await box.inspect(id)).State.Running).toBe(true);
  });

  describe("one that is to be removed when it has ended", () => {
    const HostConfig = { AutoRemove: true };

    test("is removed by force while it runs", async () => {
      const id = await box.run("exec sleep 1000", { HostConfig });
      await box.engine.removeContainer(id, { force: true, withVolumes: true });
      expect(await box.engine.inspectContainer(id)).toBeUndefined();
    });

    test("stays when it is restarted", async () => {
      const id = await box.run("exec sleep 1000", { HostConfig });
      await box.engine.restartContainer(id, { graceMs: 0 });
      expect((await box.inspect(id)).State.Running).toBe(true);
    });
  });

  test("a renamed container answers to its new name", async () => {
    const id = await box.create("true");
    const name = box.name("renamed");
    await box.engine.renameContainer(id, name);
    expect((await box.inspect(name)).Id).toBe(id);
  });

  test("a name that another one has is not given by a rename", async () => {
    const [id, taken] = [await box.create("true"), box.name("taken")];
    await box.engine.createContainer({ name: taken, body: { Image: image, Labels: box.labels } });
    const renamed = box.engine.renameContainer(id, taken);
    await expect(renamed).rejects.toThrow(/Error when allocating new name: Conflict/);
    expect((await box.inspect(taken)).Id).not.toBe(id);
  });

  test("limits that no program starts with are refused, also of one that is there", async () => {
    const least = "Minimum memory limit allowed is 6MB";
    await expect(box.create("true", { HostConfig: { Memory: 1024 } })).rejects.toThrow(least);
    const id = await box.create("true");
    await expect(box.engine.updateContainer(id, { Memory: 1024 })).rejects.toThrow(least);
    expect((await box.inspect(id)).HostConfig.Memory).toBe(0);
  });

  test("a container that another one names and that is not there is no missing image", async () => {
    const nobody = box.name("nobody");
    for (const HostConfig of [{ VolumesFrom: [nobody] }, { PidMode: `container:${nobody}` }]) {
      const created = box.create("true", { HostConfig });
      await expect(created).rejects.toMatchObject({ status: 400, message: expect.stringContaining(nobody) as string });
    }
  });

  test("a network that is not there is no missing image", async () => {
    const created = box.create("true", { HostConfig: { NetworkMode: box.name("nosuch") } });
    // Docker creates the container, and refuses to start it.
    const refusal = await created.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect([undefined, 400]).toContain((refusal as EngineError | undefined)?.status);
  });

  test("a working directory is absolute", async () => {
    const created = box.create("true", { WorkingDir: "relative" });
    await expect(created).rejects.toThrow("the working directory 'relative' is invalid");
  });

  test("an uploaded archive is there before the start", async () => {
    const id = await box.create("cat /etc/motto");
    await box.engine.uploadArchive(id, "/etc", tarOf("motto", "less is more"));
    await box.engine.startContainer(id);
    expect(await box.engine.waitContainer(id)).toBe(0);
    await expect(box.engine.uploadArchive(id, "/nowhere", tarOf("x", ""))).rejects.toMatchObject({ code: "not-found" });
  });
});
