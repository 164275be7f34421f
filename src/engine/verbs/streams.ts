import { addAbortSignal } from "node:stream";
import { connectionOf, told } from "../answer.ts";
import { attachmentOver, detached, endingQuietly } from "../attachment.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import type { Engine, OutputChunk } from "../engine.ts";
import { jsonLines } from "../json-lines.ts";
import { framedOutput, guessedOutput, rawOutput } from "../output.ts";
import { enginePeriod } from "../timestamp.ts";
import type { ApiRequest } from "../transport.ts";
import type { Api } from "./api.ts";

type StreamVerbs = Pick<
  Engine,
  "logs" | "attach" | "stats" | "exportContainer" | "createExec" | "startExec" | "inspectExec" | "resizeExec"
>;

/** What containers print and read, and the commands that run in them. */
export function streamVerbs(api: Api): StreamVerbs {
  const { docker, transport } = api;
  return {
    logs(id, { follow, tail, timestamps, signal, ...period }) {
      const range = { ...enginePeriod(period, api.now), ...(tail === undefined ? {} : { tail }) };
      const query = { stdout: true, stderr: true, follow, timestamps, ...range };
      const call = { method: "GET", path: `/containers/${encodeURIComponent(id)}/logs`, query, isOpenEnded: true };
      return endingQuietly(
        `reading logs of container ${id}`,
        loggedOutput({ ...call, ...(signal && { signal }) }, api),
        signal,
      );
    },

    async attach(id, { stdin, tty, logs = false, signal }) {
      const doing = `attaching to container ${id}`;
      const streams = { stream: true, stdin, stdout: true, stderr: true, logs, ...(signal && { abortSignal: signal }) };
      const container = (await docker()).getContainer(encodeURIComponent(id));
      const connection = connectionOf(await told(doing, container.attach({ ...streams, hijack: true })));
      return attachmentOver(connection, { doing, tty, signal });
    },

    stats(id, { follow, signal }) {
      const query = { stream: follow, "one-shot": false };
      const call = { method: "GET", path: `/containers/${encodeURIComponent(id)}/stats`, query, isOpenEnded: true };
      const doing = `measuring container ${id}`;
      return endingQuietly(doing, jsonLines(opened(api, { ...call, ...(signal && { signal }) })), signal);
    },

    exportContainer(id, { signal } = {}) {
      const call = { method: "GET", path: `/containers/${encodeURIComponent(id)}/export`, isOpenEnded: true };
      return endingQuietly(`exporting container ${id}`, opened(api, { ...call, ...(signal && { signal }) }), signal);
    },

    async createExec(id, { Cmd, Env = [], ...options }) {
      const container = (await docker()).getContainer(encodeURIComponent(id));
      const asked = container.exec({ ...options, Cmd: [...Cmd], Env: [...Env] });
      return (await told<{ readonly id: string }>(`preparing a command in container ${id}`, asked)).id;
    },

    async startExec(execId, { tty, detach = false, stdin = false, signal }) {
      const doing = "starting a command";
      const exec = (await docker()).getExec(execId);
      if (detach) {
        const answer = await told<NodeJS.ReadableStream>(doing, exec.start({ Tty: tty, Detach: true }));
        answer.resume();
        return detached;
      }
      const connection = connectionOf(await told(doing, exec.start({ Tty: tty, hijack: true, stdin })));
      if (signal !== undefined) addAbortSignal(signal, connection);
      return attachmentOver(connection, { doing, tty, signal });
    },

    async inspectExec(execId) {
      const asked = transport.ask({ method: "GET", path: `/exec/${execId}/json` });
      const answer = await told<{ Running: boolean; ExitCode: number | null }>("inspecting a command", asked);
      return { running: answer.Running, exitCode: answer.ExitCode ?? undefined };
    },

    async resizeExec(execId, { rows, columns }) {
      const exec = (await docker()).getExec(execId);
      await told("resizing the terminal of a command", exec.resize({ h: rows, w: columns }));
    },
  };
}

/** Not by dockerode, which holds logs that are not followed whole in memory, and parses those that look like JSON. */
async function* loggedOutput(call: ApiRequest, { transport, apiVersion }: Api): AsyncIterable<OutputChunk> {
  const answer = await transport.open(call);
  const type = answer.headers["content-type"] ?? "";
  if (type.endsWith("multiplexed-stream")) yield* framedOutput(answer);
  else if (type.endsWith("raw-stream") && isAtLeast(apiVersion, "1.42")) yield* rawOutput(answer);
  else yield* guessedOutput(answer);
}

/** The body of an answer, asked for when it is read. */
async function* opened({ transport }: Api, call: ApiRequest): AsyncIterable<Uint8Array> {
  yield* await transport.open(call);
}
