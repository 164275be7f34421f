import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";

/** Fills as much memory as it may have, and more: shell variables that double. */
const hog = 'a=xxxxxxxxxxxxxxxx; while :; do a="$a$a"; done';

describe("a container that means harm", () => {
  let own: OwnEngine;
  beforeAll(async () => {
    own = await startOwnEngine();
    await own.borrow("busybox:latest");
  });
  afterAll(async () => {
    const { faults } = own;
    await own[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
  });

  const limit = { Memory: 16 * 1024 * 1024, MemorySwap: 16 * 1024 * 1024 };

  test("and takes more memory than it may have is killed, and everybody is told why", async () => {
    await using changes = await own.api.events();
    const id = await own.run(["sh", "-c", hog], limit);
    expect(await own.api.post(`/containers/${id}/wait`, {})).toMatchObject({ StatusCode: 137 });
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: true, ExitCode: 137 } });
    const actions = changes.seen.filter(({ Actor }) => Actor.ID === id).map(({ Action }) => Action);
    expect(actions).toEqual(["create", "start", "oom", "die"]);
  });

  test("of which only a child takes too much goes on, and is marked", async () => {
    await using changes = await own.api.events();
    const id = await own.run(["sh", "-c", `sh -c '${hog}'; echo went on; sleep 1000`], limit);
    const never = new AbortController().signal;
    while (!changes.seen.some(({ Action }) => Action === "oom")) await changes.next(never);
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: true, Running: true } });
    await own.api.send("POST", `/containers/${id}/restart?t=0`);
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: false } });
  });
});
