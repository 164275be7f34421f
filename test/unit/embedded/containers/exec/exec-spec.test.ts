import { describe, expect, test } from "vitest";
import { type ContainerDocument, never } from "../../../../../src/embedded/containers/container.ts";
import { execProcess, type ExecWish } from "../../../../../src/embedded/containers/exec/exec-spec.ts";
import type { HostFacts } from "../../../../../src/embedded/runtime/oci-spec.ts";

const isolation: HostFacts = {
  machine: "x64",
  kernel: "6.1.0",
  hasSeccomp: true,
  apparmor: { kind: "on", defaultProfile: "docker-default" } as const,
  mayGrant: () => true,
};
const user = { uid: 7, gid: 8, additionalGids: [8] };
const container: ContainerDocument = {
  id: "c".repeat(64),
  name: "box",
  created: never,
  image: { reference: "i", id: "sha256:0", config: {}, lowerDirs: [] },
  config: { Hostname: "box", Env: ["A=container", "B=2"], WorkingDir: "/srv" },
  hostConfig: { CapDrop: ["ALL"], CapAdd: ["KILL"], SecurityOpt: ["no-new-privileges"], OomScoreAdj: 5 },
  endpoints: {},
  mounts: [],
  state: { status: "running", exitCode: 0, error: "", isOomKilled: false, startedAt: never, finishedAt: never },
  restartCount: 0,
  isStoppedByHand: false,
};

const made = (wish: Partial<ExecWish> = {}): ReturnType<typeof execProcess> =>
  execProcess(container, { Cmd: ["id"], ...wish }, { user, isolation });

describe("a command that joins a container", () => {
  test("has what the container's own processes have", () => {
    expect(made()).toEqual({
      user,
      args: ["id"],
      env: [expect.stringMatching(/^PATH=/), "HOSTNAME=box", "A=container", "B=2"],
      cwd: "/srv",
      capabilities: { bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"] },
      noNewPrivileges: true,
      apparmorProfile: "docker-default",
      oomScoreAdj: 5,
    });
  });

  test("has an environment, a folder and a terminal of its own when asked", () => {
    const process = made({ Env: ["A=own", "B"], WorkingDir: "/tmp", Tty: true, ConsoleSize: [24, 80] });
    expect(process).toMatchObject({ cwd: "/tmp", terminal: true, consoleSize: { height: 24, width: 80 } });
    expect(process.env.slice(1)).toEqual(["HOSTNAME=box", "TERM=xterm", "A=own"]);
  });

  test("is confined by nothing when privileged", () => {
    const process = made({ Privileged: true });
    expect(process.capabilities.effective).toContain("CAP_SYS_ADMIN");
    expect(process.apparmorProfile).toBeUndefined();
  });
});
