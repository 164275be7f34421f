import { Readable } from "node:stream";
import { told, toldOrMissing } from "../answer.ts";
import { endingQuietly } from "../attachment.ts";
import type { Engine, PathStatus } from "../engine.ts";
import type { ApiRequest } from "../transport.ts";
import type { Api } from "./api.ts";

type ArchiveVerbs = Pick<Engine, "statPath" | "downloadArchive" | "uploadArchive">;

/** Files that go into containers and come out of them, as tar archives. */
export function archiveVerbs({ transport }: Api): ArchiveVerbs {
  return {
    async statPath(id, path) {
      const asked = transport.open({ method: "HEAD", ...archive(id, { path }) });
      const answer = await toldOrMissing<Awaited<typeof asked>>(`looking at ${path} of container ${id}`, asked);
      answer?.resume();
      return answer === undefined ? undefined : readStatus(answer.headers["x-docker-container-path-stat"]);
    },

    async downloadArchive(id, path, { signal } = {}) {
      const doing = `downloading ${path} of container ${id}`;
      const call = { method: "GET", ...archive(id, { path }), ...(signal && { signal }) };
      const answer = await told<AsyncIterable<Uint8Array>>(doing, transport.open(call));
      return endingQuietly(doing, answer, signal);
    },

    async uploadArchive(id, path, tar, { givesToUser, keepKinds, signal } = {}) {
      const query = {
        path,
        ...(givesToUser === true && { copyUIDGID: true }),
        ...(keepKinds === true && { noOverwriteDirNonDir: true }),
      };
      const body = tar instanceof Uint8Array ? tar : Readable.from(tar, { objectMode: false });
      const call = { method: "PUT", ...archive(id, query), body, ...(signal && { signal }) };
      await told(`uploading to ${path} of container ${id}`, transport.ask(call));
    },
  };
}

function archive(id: string, query: Record<string, unknown>): Pick<ApiRequest, "path" | "query" | "isOpenEnded"> {
  return { path: `/containers/${encodeURIComponent(id)}/archive`, query, isOpenEnded: true };
}

/** Bits of Go's file modes, which differ from those of the kernel. */
const directoryBit = 2 ** 31;
const linkBit = 2 ** 27;

/** The answer to a HEAD has no body: what a path leads to is told in a header. */
function readStatus(header: string | string[] | undefined): PathStatus {
  const text = Buffer.from(String(header ?? ""), "base64").toString("utf8");
  const { name, mode, linkTarget } = JSON.parse(text) as { name: string; mode: number; linkTarget: string };
  const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
  return { name, isDirectory: has(directoryBit), ...(has(linkBit) ? { linkTarget } : {}) };
}
