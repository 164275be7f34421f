import type { Build } from "../compose/project.ts";
import type { Environment } from "./spec/files.ts";

/** A build that knows the proxies of this machine, as arguments that every Dockerfile may use; its own come first. */
export function withProxies(build: Build, proxies: Environment = {}): Build {
  return Object.keys(proxies).length === 0 ? build : { ...build, args: { ...proxies, ...build.args } };
}
