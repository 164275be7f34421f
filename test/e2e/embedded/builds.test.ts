import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, mkdtemp, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildError, type BuildRequest } from "../../../src/embedded/build/build.ts";
import { failureText } from "../../../src/embedded/build/failure-text.ts";
import { plainRequest } from "../../support/build-corpus-case.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { serveRepository } from "../../support/git-repository.ts";
import { archiveOf } from "../../support/tar-members.ts";

/** What a build came to: its image, and the steps that were carried out. */
interface Built {
  readonly id: string;
  /** Names of steps that the cache did not have. */
  readonly done: readonly string[];
  readonly output: string;
}

describe("builds of the embedded engine", () => {
  let engine: OwnEngine;

  beforeAll(async () => {
    engine = await startOwnEngine();
    for (const image of ["busybox:latest", "alpine:latest"]) await engine.borrow(image);
  });

  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  /** A folder with these files. */
  async function contextOf(files: Readonly<Record<string, string>> = {}): Promise<string> {
    const folder = join(await mkdtemp(join(engine.folder, "case-")), "context");
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return folder;
  }

  async function build(dockerfile: string, context: string, wish: Partial<BuildRequest> = {}): Promise<Built> {
    await writeFile(join(context, "Dockerfile"), dockerfile);
    const done = new Set<string>();
    let output = "";
    const { imageId } = await engine.builder.build({
      ...plainRequest(context),
      ...wish,
      emit(event) {
        if (event.kind === "log") output += Buffer.from(event.bytes).toString();
        if (event.kind !== "vertex" || event.vertex.isCached || event.vertex.name.startsWith("[internal]")) return;
        if (event.vertex.name !== "exporting to image") done.add(event.vertex.name.replace(/^\[.*?\] /, ""));
      },
    });
    return { id: imageId, done: [...done], output };
  }

  async function failure(dockerfile: string, wish: Partial<BuildRequest> = {}): Promise<string> {
    const context = await contextOf({
      "kept.txt": "kept\n",
      "ignored.txt": "ignored\n",
      ".dockerignore": "ignored.txt\n",
    });
    const error: unknown = await build(dockerfile, context, wish).catch((thrown: unknown) => thrown);
    if (!(error instanceof BuildError)) throw new Error("the build should have failed", { cause: error });
    return failureText(error);
  }

  describe("the cache", () => {
    test("has everything of a build that comes again, and gives the same image", async () => {
      const context = await contextOf({ "a.txt": "a\n" });
      const dockerfile = "FROM busybox\nWORKDIR /again\nCOPY a.txt .\nRUN cat a.txt > b.txt\nLABEL a=b\n";
      const first = await build(dockerfile, context);
      expect(first.done).toEqual(["WORKDIR /again", "COPY a.txt .", "RUN cat a.txt > b.txt"]);
      const second = await build(dockerfile, context);
      expect(second).toMatchObject({ id: first.id, done: [] });
      expect((await build(dockerfile, context, { noCache: true })).done).toContain("RUN cat a.txt > b.txt");
    });

    test("looks at contents and modes of what is copied, not at times, and not at what is not copied", async () => {
      const context = await contextOf({ "a.txt": "a\n", "other.txt": "x\n" });
      const dockerfile = "FROM busybox\nCOPY a.txt /looked\nRUN true # after\n";
      await build(dockerfile, context);
      await utimes(join(context, "a.txt"), 1, 1);
      await writeFile(join(context, "other.txt"), "y\n");
      expect((await build(dockerfile, context)).done).toEqual([]);
      await writeFile(join(context, "a.txt"), "changed\n");
      expect((await build(dockerfile, context)).done).toEqual(["COPY a.txt /looked", "RUN true # after"]);
    });

    test("takes what a command could see for a reason to run it again, and nothing else", async () => {
      const context = await contextOf();
      const dockerfile = (before: string): string => `FROM busybox\n${before}\nRUN echo run-reasons\n`;
      await build(dockerfile("LABEL a=1"), context);
      expect((await build(dockerfile("LABEL a=2\nCMD x\nEXPOSE 80"), context)).done).toEqual([]);
      expect((await build(dockerfile("ENV A=1"), context)).done).toHaveLength(1);
      expect((await build(dockerfile("USER daemon"), context)).done).toHaveLength(1);
      const asked = (value: string): Promise<Built> =>
        build(dockerfile("ARG V"), context, { buildArgs: { V: value, http_proxy: `http://${value}` } });
      expect((await asked("1")).done).toHaveLength(1);
      expect((await asked("1")).done).toEqual([]);
      expect((await asked("2")).done).toHaveLength(1);
    });

    test("knows a copy of another stage by its content", async () => {
      const context = await contextOf();
      const dockerfile = (how: string): string =>
        `FROM busybox AS make\nRUN ${how} > /made\nFROM busybox\nCOPY --from=make /made /from-make\nRUN true # from-make\n`;
      await build(dockerfile("echo same"), context);
      const { done } = await build(dockerfile("echo s'am'e"), context);
      expect(done).toEqual(["RUN echo s'am'e > /made"]);
    });

    test("keeps a linked copy when what is below of it changes", async () => {
      const context = await contextOf({ "a.txt": "linked\n" });
      const dockerfile = (base: string): string =>
        `FROM busybox\nRUN echo ${base} > /base\nCOPY --link a.txt /linked\n`;
      await build(dockerfile("one"), context);
      expect((await build(dockerfile("two"), context)).done).toEqual(["RUN echo two > /base"]);
    });

    test("forgets what is pruned", async () => {
      const context = await contextOf();
      const dockerfile = "FROM busybox\nRUN echo to-be-pruned > /p\n";
      const { id } = await build(dockerfile, context);
      await engine.ask("DELETE", `/images/${id}`);
      const { bytes } = await engine.ask("POST", "/build/prune");
      expect(JSON.parse(bytes.toString()).CachesDeleted.length).toBeGreaterThan(0);
      expect((await build(dockerfile, context)).done).toHaveLength(1);
    });
  });

  test("stages run at the same time, and a step that two builds want is done once", async () => {
    const context = await contextOf();
    const waiting = (own: string, other: string): string =>
      `RUN --mount=type=cache,id=meeting,target=/m touch /m/${own} && while ! [ -e /m/${other} ]; do :; done && touch /${own}`;
    const dockerfile = `FROM busybox AS one\n${waiting("1", "2")}\nFROM busybox AS two\n${waiting("2", "1")}\nFROM busybox\nCOPY --from=one /1 /\nCOPY --from=two /2 /\n`;
    const [one, other] = await Promise.all([build(dockerfile, context), build(dockerfile, context)]);
    expect(one.id).toBe(other.id);
    expect([...one.done, ...other.done].filter((name) => name.startsWith("RUN"))).toHaveLength(2);
  });

  test("a locked cache has one user at a time", async () => {
    const alone =
      "RUN --mount=type=cache,id=lock,sharing=locked,target=/m mkdir /m/l && sleep 0.1 && rmdir /m/l && touch";
    const stages = [1, 2, 3].map((number) => `FROM busybox AS s${number}\n${alone} /${number}\n`).join("");
    const copies = [1, 2, 3].map((number) => `COPY --from=s${number} /${number} /\n`).join("");
    await build(`${stages}FROM busybox\n${copies}`, await contextOf());
  });

  describe("a mistake", () => {
    test.for([
      ["FROM busybox\nCOPPY a b\n", /^Dockerfile:2: unknown instruction: COPPY \(did you mean COPY\?\)/],
      ["FROM busybox\nCOPY absent.txt /\n", /^Dockerfile:2: .*"\/absent.txt": not found\n/],
      ["FROM busybox\nCOPY ignored.txt /\n", /"\/ignored.txt": not found \(the context's ignore file leaves it out\)/],
      ["FROM busybox\nCOPY --from=0 / /\n", /^Dockerfile:2: cannot copy from stage "0", it needs to be defined before/],
      [
        "FROM busybox AS make\nRUN true\nFROM busybox\nCOPY --from=mkae / /\n",
        /^Dockerfile:4: .*\(did you mean make\?\)/,
      ],
      ["FROM busybox\nRUN --mount=type=secret,id=word,required true\n", /^Dockerfile:2: secret word: not found/],
      ["FROM busybox\nRUN --mount=type=ssh,required true\n", /^Dockerfile:2: ssh default: not found/],
      ["FROM busybox\nRUN --security=insecure true\n", /^Dockerfile:2: granting entitlement security.insecure/],
      ["FROM busybox\nRUN --network=host true\n", /^Dockerfile:2: granting entitlement network.host/],
      [
        "FROM busybox\nRUN echo said it; exit 7\n",
        /did not complete successfully: exit code: 7\n[^]*>>> RUN[^]*\nsaid it$/,
      ],
      ['FROM busybox\nRUN ["/absent"]\n', /^Dockerfile:2: .*\/absent: no such file or directory/],
      [
        "FROM busybox\nCOPY kept.txt /etc\nCOPY kept.txt /etc/kept.txt/x\n",
        /^Dockerfile:3: mkdir \/etc\/kept.txt: not a directory/,
      ],
      ["# check=error=true\nFROM busybox\nMAINTAINER a\n", /^Dockerfile:3: lint violation found for rules: Maint/],
      ["ARG X=busybox\nFROM ${Y}\n", /^Dockerfile:2: base name \(\$\{Y\}\) should not be blank/],
    ] as const)("%j is told with its line", async ([dockerfile, wanted]) => {
      expect(await failure(dockerfile)).toMatch(wanted);
    });

    test("in the target's name is told with what was meant", async () => {
      expect(await failure("FROM busybox AS final\n", { target: "fnial" })).toBe(
        'target stage "fnial" could not be found (did you mean final?)',
      );
    });

    test("shows the lines around it", async () => {
      expect(await failure("FROM busybox\n\n\n\n# why\nRUM true\nENV a=1\n")).toBe(
        [
          "Dockerfile:6: unknown instruction: RUM (did you mean RUN?)",
          "--------------------",
          " 3 |",
          " 4 |",
          " 5 |     # why",
          " 6 | >>> RUM true",
          " 7 |     ENV a=1",
          " 8 |",
          "--------------------",
        ].join("\n"),
      );
    });
  });

  test("a secret is nowhere but in its command", async () => {
    const word = "Xyzzy-7f3a-not-to-be-found";
    const secret = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(word));
    const dockerfile =
      'FROM busybox\nRUN --mount=type=secret,id=w,target=/s --mount=type=secret,id=w,env=W grep -qx "$W" /s && ls / > /list\n';
    const { id } = await build(dockerfile, await contextOf(), { secret });
    const { bytes } = await engine.ask("GET", `/images/${id}/get`);
    expect(bytes.includes(word)).toBe(false);
    const search = (): Buffer => execFileSync("grep", ["-rl", word, "--", engine.folder]);
    expect(search).toThrow(expect.objectContaining({ status: 1 }));
  });

  test("an agent is reached through its socket", async () => {
    const dockerfile = "FROM busybox\nRUN --mount=type=ssh,uid=5,mode=0660 stat -c '%F %u %a' $SSH_AUTH_SOCK\n";
    const { Duplex } = await import("node:stream");
    const ssh = (): Promise<InstanceType<typeof Duplex>> => Promise.resolve(new Duplex({ read() {}, write() {} }));
    expect((await build(dockerfile, await contextOf(), { ssh })).output).toContain("socket 5 660");
  });

  test("ADD brings files of the web, and only the right ones", async () => {
    await using stack = new AsyncDisposableStack();
    const archive = gzipSync(await archiveOf([{ name: "in", text: "in the archive\n" }]));
    const server = createServer((request, response) => {
      if (request.url === "/absent") response.writeHead(404).end();
      else response.writeHead(200, { "last-modified": "Thu, 01 Jan 2015 00:00:00 GMT" }).end(archive);
    });
    stack.defer(() => void server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const digest = execFileSync("sha256sum", { input: archive }).toString().slice(0, 64);
    const dockerfile = `FROM busybox\nADD --checksum=sha256:${digest} ${url}/x.tgz /as-it-is/\nADD --unpack ${url}/x.tgz /unpacked/\nRUN stat -c '%n %a %Y' /as-it-is/x.tgz && cat /unpacked/in\n`;
    expect((await build(dockerfile, await contextOf())).output).toBe(
      "/as-it-is/x.tgz 600 1420070400\nin the archive\n",
    );
    expect(await failure(`FROM busybox\nADD ${url}/absent /x\n`)).toMatch(/^Dockerfile:2: invalid response status 404/);
    const wrong = `FROM busybox\nADD --checksum=sha256:${"0".repeat(64)} ${url}/x /x\n`;
    expect(await failure(wrong)).toMatch(/^Dockerfile:2: digest mismatch sha256:/);
  });

  test("ADD brings the files of a git repository, of a branch and a folder", async () => {
    const repository = await contextOf({ "top.txt": "top\n", "sub/in.txt": "in\n" });
    await using served = await serveRepository(repository);
    const { url, commit } = served;
    const dockerfile = `FROM busybox\nADD ${url}#main /all/\nADD --keep-git-dir ${url} /kept\nADD --checksum=${commit} ${url}#:sub /part/\nRUN ls -A /all /part; test -d /kept/.git\n`;
    const { output } = await build(dockerfile, await contextOf());
    expect(output).toBe("/all:\nsub\ntop.txt\n\n/part:\nin.txt\n");
    expect(await failure(`FROM busybox\nADD ${url}#absent /x\n`)).toMatch(/^Dockerfile:2: failed to fetch remote git:/);
  });

  test("a build that nobody wants any more ends its command", async () => {
    const leaving = new AbortController();
    const context = await contextOf({ Dockerfile: "FROM busybox\nRUN echo begun && sleep 1000\n" });
    const built = engine.builder.build({
      ...plainRequest(context),
      signal: leaving.signal,
      emit: (event) => {
        if (event.kind === "log") leaving.abort(new Error("gone"));
      },
    });
    await expect(built).rejects.toThrow("gone");
    expect(engine.faults).toEqual([]);
  });

  test("a command that runs is in no event", async () => {
    await using changes = await engine.api.events();
    await build("FROM busybox\nRUN --network=default echo $RANDOM >/random\n", await contextOf());
    await engine.api.post("/networks/create", { Name: "after" });
    const never = new AbortController().signal;
    while (!changes.seen.some(({ Actor }) => Actor.Attributes["name"] === "after")) await changes.next(never);
    const told = changes.seen.map(({ Type, Action }) => `${Type} ${Action}`);
    expect(told.filter((each) => /^container|connect$/.test(each))).toEqual([]);
  });

  describe("what is hostile", () => {
    test("gets nothing of the host by links and dots of its context", async () => {
      const context = await contextOf({ "in.txt": "in\n" });
      await symlink("/etc", join(context, "out"));
      await symlink("../../../../../../etc", join(context, "up"));
      for (const source of ["out/hostname", "up/hostname", "../../../etc/hostname"]) {
        const error: unknown = await build(`FROM busybox\nCOPY ${source} /x\n`, context).catch(
          (thrown: unknown) => thrown,
        );
        expect(String(error)).toMatch(/not found/);
      }
      const { output } = await build("FROM busybox\nRUN --mount=source=.,target=/c ls /c/out/ | head -n 1\n", context);
      expect(output).not.toContain("adduser.conf");
    });

    test("writes nothing through links of its image", async () => {
      const context = await contextOf({ "d/x.txt": "x\n" });
      const outside = await mkdtemp(join(engine.folder, "outside-"));
      const dockerfile = `FROM busybox\nRUN ln -s ${outside} /way && mkdir /m && ln -s ${outside} /m/d\nCOPY d /way\nCOPY --chmod=700 d/x.txt ${outside}/\n`;
      await build(dockerfile, context);
      expect(execFileSync("ls", ["-A", outside]).toString()).toBe("");
      expect(await failureOf(`${dockerfile}COPY . /m\n`, context)).toMatch(/cannot copy to non-directory: d/);
    });

    async function failureOf(dockerfile: string, context: string): Promise<string> {
      return String(await build(dockerfile, context).catch((thrown: unknown) => thrown));
    }
  });

  describe("POST /build", () => {
    const lines = (bytes: Buffer): Record<string, unknown>[] =>
      bytes
        .toString()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    test("takes a compressed context, names the image and tells its id", async () => {
      const context = gzipSync(
        await archiveOf([
          { name: "sub/Mine", text: "FROM busybox\nARG A\nCOPY . /c/\nRUN echo $A; ls -A /c; stat -c %u /c/a.txt\n" },
          { name: "a.txt", text: "a\n", uid: 1000 },
          { name: "sub/Mine.dockerignore", text: "sub\nb.txt\n" },
          { name: "b.txt", text: "b\n" },
        ]),
      );
      const query = `dockerfile=sub/Mine&t=classic:1&t=classic&buildargs=${encodeURIComponent('{"A":"given"}')}`;
      const { status, bytes } = await engine.ask("POST", `/build?${query}`, context);
      expect(status).toBe(200);
      const answer = lines(bytes);
      const text = answer.map(({ stream = "" }) => stream).join("");
      expect(text).toContain("given\na.txt\n0\n");
      expect(text).toContain("Successfully tagged classic:1\nSuccessfully tagged classic:latest\n");
      const { Id } = (await engine.api.get("/images/classic:1/json")) as { Id: string };
      expect(answer.find(({ aux }) => aux !== undefined)?.["aux"]).toEqual({ ID: Id });
    });

    test("brings a context that is somewhere else: an archive, a Dockerfile alone, a repository", async () => {
      await using stack = new AsyncDisposableStack();
      const dockerfile = "FROM busybox\nCOPY . /c/\nRUN ls -A /c\n";
      const archive = gzipSync(
        await archiveOf([
          { name: "sub/Mine", text: dockerfile },
          { name: "a.txt", text: "a\n" },
        ]),
      );
      const server = createServer((request, response) => {
        response.end(request.url === "/c.tgz" ? archive : dockerfile);
      });
      stack.defer(() => void server.close());
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const served = stack.use(await serveRepository(await contextOf({ "sub/Mine": dockerfile, "b.txt": "b\n" })));
      const outputs = await Promise.all(
        [
          `dockerfile=sub/Mine&remote=${url}/c.tgz`,
          `remote=${url}/file`,
          `dockerfile=Mine&remote=${served.url}%23:sub`,
        ].map(async (query) => {
          const { bytes } = await engine.ask("POST", `/build?${query}`);
          return lines(bytes)
            .map(({ stream = "" }) => stream)
            .join("");
        }),
      );
      expect(outputs[0]).toContain("\na.txt\nsub\n");
      expect(outputs[1]).toContain("\nDockerfile\n");
      expect(outputs[2]).toContain("\nMine\n");
    });

    test.for([
      ["/build", [{ name: "Dockerfile", text: "FRUM x" }], 400, /Dockerfile:1: unknown instruction: FRUM/],
      ["/build", [{ name: "other", text: "" }], 400, /open Dockerfile: no such file/],
      [
        "/build?dockerfile=../../../etc/passwd",
        [{ name: "Dockerfile", text: "FROM x" }],
        400,
        /open etc\/passwd: no such/,
      ],
      ["/build", [{ name: "../x", text: "" }], 400, /leads out of the archive's root/],
      ["/build?buildargs=[", [{ name: "Dockerfile", text: "FROM x" }], 400, /invalid buildargs/],
      ["/build?t=UPPER", [{ name: "Dockerfile", text: "FROM x" }], 400, /must be lowercase/],
      ["/build?remote=ftp://x/y.tar", [], 400, /the context ftp:\/\/x\/y.tar is not supported/],
      ["/build?remote=http://127.0.0.1:1/y.tar", [], 500, /the context http:\/\/127.0.0.1:1\/y.tar: http/],
    ] as const)("%s with %j is refused with %s", async ([path, files, wantedStatus, wanted]) => {
      const { status, bytes } = await engine.ask("POST", path, await archiveOf(files));
      expect(bytes.toString()).toMatch(wanted);
      expect(status).toBe(wantedStatus);
    });

    test("leaves nothing in the engine's temporary folders", async () => {
      const folders = ["data/images/tmp", "run/build", "data/build/commands"].map((name) => join(engine.folder, name));
      for (const folder of folders) {
        expect(
          execFileSync("find", [folder, "-mindepth", "1"], { stdio: ["ignore", "pipe", "ignore"] }).toString(),
        ).toBe("");
      }
      expect(JSON.parse(await readFile(join(engine.folder, "data/build/cache.json"), "utf8"))).toHaveProperty(
        "results",
      );
    });
  });
});
