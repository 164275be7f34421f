import { newestApiVersion, type VersionInfo } from "../../docker-api/version.ts";
import type { ApiReply, Route } from "./route.ts";
import { minimumApiVersion } from "./router.ts";
import { systemInfo, type SystemInfoParts } from "./system-info.ts";

/** `/_ping`, `/version`, `/info`. */
export function systemRoutes(parts: SystemInfoParts): readonly Route[] {
  return [
    { method: "GET", path: "/_ping", handle: () => pong("OK") },
    { method: "HEAD", path: "/_ping", handle: () => pong("") },
    { method: "GET", path: "/version", handle: () => ({ kind: "json", body: versionInfo(parts) }) },
    { method: "GET", path: "/info", handle: async () => ({ kind: "json", body: await systemInfo(parts) }) },
  ];
}

/** `Builder-Version: 2` says to clients that they are to build over `/grpc` and `/session`. */
function pong(text: string): ApiReply {
  const headers = {
    "Cache-Control": "no-cache, no-store, must-revalidate",
    Pragma: "no-cache",
    "Builder-Version": "2",
    Swarm: "inactive",
    "Content-Length": String(text.length),
  };
  return { kind: "stream", contentType: "text/plain; charset=utf-8", headers, body: once(text) };
}

async function* once(text: string): AsyncGenerator<string> {
  if (text !== "") yield text;
}

function versionInfo({ version, machine, runtime }: SystemInfoParts): object {
  const about = { ApiVersion: newestApiVersion, MinAPIVersion: minimumApiVersion };
  const place = { Os: "linux", Arch: machine.architecture, KernelVersion: machine.kernel };
  const components = [
    { Name: "Engine", Version: version, Details: { ...about, ...place, Experimental: "false" } },
    { Name: runtime.name, Version: runtime.version, Details: {} },
  ];
  const info: VersionInfo = {
    Platform: { Name: "tscompose embedded engine" },
    Components: components,
    Version: version,
    ...about,
    ...place,
  };
  return { ...info, GitCommit: "", GoVersion: "", BuildTime: "" };
}
