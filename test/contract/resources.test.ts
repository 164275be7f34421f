import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { ProgressLine } from "../../src/docker-api/image.ts";
import { testEngines } from "../support/engines.ts";
import { exec, gather, image, openSandbox, type Sandbox } from "./sandbox.ts";
import { tarOf } from "./tar.ts";

describe.each(testEngines(inject("embeddedEngine")))("networks, volumes and images on $name", (testEngine) => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox(testEngine);
  });
  afterAll(() => box[Symbol.asyncDispose]());

  const label = (): string[] => Object.entries(box.labels).map(([key, value]) => `${key}=${value}`);

  describe("networks", () => {
    test("a created network is listed, inspected, and gone when removed", async () => {
      const name = box.name("net");
      const { id } = await box.engine.createNetwork({
        Name: name,
        Labels: box.labels,
        Options: { "com.example": "1" },
      });
      expect((await box.engine.listNetworks({ label: label() })).map(({ Id }) => Id)).toContain(id);
      expect(await box.engine.inspectNetwork(name)).toMatchObject({
        Id: id,
        Name: name,
        Driver: "bridge",
        Labels: box.labels,
      });
      await box.engine.removeNetwork(id);
      expect(await box.engine.inspectNetwork(id)).toBeUndefined();
      await expect(box.engine.removeNetwork(id)).rejects.toMatchObject({ code: "not-found" });
    });

    test("a second network of one name is a conflict", async () => {
      const body = { Name: box.name("net"), Labels: box.labels };
      await box.engine.createNetwork(body);
      await expect(box.engine.createNetwork(body)).rejects.toMatchObject({ code: "conflict" });
    });

    test("of networks of one name that are made at the same time, one is left", async () => {
      const body = { Name: box.name("net"), Labels: box.labels };
      await Promise.allSettled(Array.from({ length: 4 }, () => box.engine.createNetwork(body)));
      const named = await box.engine.listNetworks({ name: [body.Name] });
      expect(named.filter(({ Name }) => Name === body.Name)).toHaveLength(1);
    });

    test("a connected container answers to its aliases until it is disconnected", async () => {
      const name = box.name("net");
      await box.engine.createNetwork({ Name: name, Labels: box.labels });
      const server = await box.run("exec sleep 1000");
      await box.engine.connectNetwork(name, server, { Aliases: ["oracle"] });
      expect((await box.inspect(server)).NetworkSettings.Networks[name]?.Aliases).toContain("oracle");
      const { exitCode } = await box.finish("ping -c 1 -W 2 oracle", { HostConfig: { NetworkMode: name } });
      expect(exitCode).toBe(0);
      await box.engine.disconnectNetwork(name, server, { force: true });
      expect((await box.inspect(server)).NetworkSettings.Networks[name]).toBeUndefined();
      const stranger = box.engine.disconnectNetwork(name, box.name("nobody"), { force: true });
      await expect(stranger).rejects.toMatchObject({ code: "not-found" });
    });

    test("the first question of a container for a name is answered, however early it asks", async () => {
      const [name, oracle] = [box.name("net"), box.name("oracle")];
      await box.engine.createNetwork({ Name: name, Labels: box.labels });
      const server = await box.run("exec sleep 1000", { HostConfig: { NetworkMode: name } });
      await box.engine.renameContainer(server, oracle);
      const HostConfig = { NetworkMode: name, DnsOptions: ["attempts:1"] };
      const asking = Array.from({ length: 8 }, () => box.finish(`ping -c 1 -W 2 ${oracle}`, { HostConfig }));
      expect((await Promise.all(asking)).map(({ exitCode }) => exitCode)).toEqual(asking.map(() => 0));
    });

    test("a container that is renamed while it runs is found by its new name", async () => {
      const [name, renamed] = [box.name("net"), box.name("renamed")];
      await box.engine.createNetwork({ Name: name, Labels: box.labels });
      const HostConfig = { NetworkMode: name };
      const server = await box.run("exec sleep 1000", { HostConfig });
      await box.engine.renameContainer(server, renamed);
      expect(await box.finish(`ping -c 1 -W 2 ${renamed}`, { HostConfig })).toMatchObject({ exitCode: 0 });
      expect((await box.engine.inspectNetwork(name))?.Containers?.[server]?.Name).toBe(renamed);
    });

    test.each(["created", "running"])("a %s container joins several networks at once, and starts", async (status) => {
      const names = [box.name("net"), box.name("net")];
      for (const name of names) await box.engine.createNetwork({ Name: name, Labels: box.labels });
      const script = "exec sleep 1000";
      const id = await (status === "running" ? box.run(script) : box.create(script));
      const joined = names.map((name) => box.engine.connectNetwork(name, id, {}));
      await Promise.all([box.engine.startContainer(id), ...joined]);
      const { Networks } = (await box.inspect(id)).NetworkSettings;
      expect(names.map((name) => Networks[name]?.IPAddress)).toEqual([
        expect.stringMatching(/./),
        expect.stringMatching(/./),
      ]);
      const { joined: links } = await exec(box, id, ["ip", "-o", "-4", "addr"]);
      expect(new Set((await gather(links.output)).stdout.match(/eth\d/g))).toEqual(new Set(["eth0", "eth1", "eth2"]));
    });

    test("a network in use is not removed", async () => {
      const name = box.name("net");
      await box.engine.createNetwork({ Name: name, Labels: box.labels });
      await box.run("exec sleep 1000", { HostConfig: { NetworkMode: name } });
      await expect(box.engine.removeNetwork(name)).rejects.toMatchObject({ code: "conflict" });
    });
  });

  describe("volumes", () => {
    test("a created volume is listed, inspected, keeps data, and is gone when removed", async () => {
      const name = box.name("volume");
      const created = await box.engine.createVolume({ Name: name, Labels: box.labels });
      expect(created).toMatchObject({ Name: name, Driver: "local", Labels: box.labels });
      const HostConfig = { Binds: [`${name}:/data`] };
      await box.finish("echo kept >/data/file", { HostConfig });
      const { id, exitCode } = await box.finish("grep kept /data/file", { HostConfig });
      expect(exitCode).toBe(0);
      expect((await box.engine.listVolumes({ label: label() })).map(({ Name }) => Name)).toEqual([name]);
      await expect(box.engine.removeVolume(name)).rejects.toMatchObject({ code: "conflict" });
      for (const { Id } of await box.engine.listContainers({ all: true, filters: { volume: [name] } })) {
        await box.engine.removeContainer(Id, { force: true, withVolumes: false });
      }
      expect(await box.engine.inspectContainer(id)).toBeUndefined();
      await box.engine.removeVolume(name);
      expect(await box.engine.inspectVolume(name)).toBeUndefined();
    });

    test("no volumes are an empty list", async () => {
      expect(await box.engine.listVolumes({ name: [box.name("none")] })).toEqual([]);
    });
  });

  describe("images", () => {
    const build = async (dockerfile: string, tag: string): Promise<ProgressLine[]> => {
      const context = (async function* (): AsyncIterable<Uint8Array> {
        yield tarOf("Dockerfile", dockerfile);
      })();
      const options = { tags: [tag], labels: box.labels, buildArgs: { COLOR: "blue", UNSET: null } };
      return Array.fromAsync(box.engine.buildImage(context, options));
    };

    test("an image is found by name and by id, a missing one is undefined", async () => {
      const found = await box.engine.inspectImage(image);
      expect(found?.RepoTags).toContain(image);
      expect((await box.engine.inspectImage(found?.Id ?? ""))?.Id).toBe(found?.Id);
      expect(await box.engine.inspectImage("tscompose-nothing:1")).toBeUndefined();
      expect((await box.engine.listImages({ reference: [image] })).map(({ Id }) => Id)).toEqual([found?.Id]);
    });

    test("a built image has its tags, labels and arguments, and its id is told", async () => {
      const tag = `${box.name("built")}:1`;
      const lines = await build(`FROM ${image}\nARG COLOR\nENV PAINT=$COLOR\nRUN echo painting`, tag);
      const built = await box.engine.inspectImage(tag);
      expect(built?.Config?.Env).toContain("PAINT=blue");
      expect(built?.Config?.Labels).toMatchObject(box.labels);
      expect(lines.find(({ aux }) => aux?.ID !== undefined)?.aux?.ID).toBe(built?.Id);
      expect(lines.map(({ stream = "" }) => stream).join("")).toContain("painting");
      await box.engine.removeImage(tag);
      expect(await box.engine.inspectImage(tag)).toBeUndefined();
    });

    test("a build whose command fails is a failed operation that names the command", async () => {
      await expect(build(`FROM ${image}\nRUN exit 9`, `${box.name("failed")}:1`)).rejects.toMatchObject({
        code: "operation-failed",
        message: expect.stringContaining("exit 9"),
      });
    });

    test("a broken Dockerfile is an invalid request", async () => {
      await expect(build("FRUM scratch", `${box.name("broken")}:1`)).rejects.toMatchObject({
        code: "invalid-request",
        message: expect.stringMatching(/unknown instruction: FRUM/i),
      });
    });

    test("an image that cannot be pulled tells why", async () => {
      const pull = Array.fromAsync(box.engine.pullImage("localhost:9/tscompose-nothing:1"));
      await expect(pull).rejects.toMatchObject({
        message: expect.stringMatching(/^pulling image localhost:9.*refused/s),
      });
    });

    test("an image in use is not removed without force", async () => {
      const tag = `${box.name("used")}:1`;
      await build(`FROM ${image}\nRUN echo used > /used`, tag);
      await box.create("true", { Image: tag });
      await expect(box.engine.removeImage(tag)).rejects.toMatchObject({ code: "conflict" });
    });
  });
});
