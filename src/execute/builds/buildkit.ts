import { TscomposeError } from "../../errors.ts";
import type { Operation } from "../../plan/operation.ts";
import type { Tools } from "../perform.ts";
import { nameCaches } from "./caches.ts";
import { failedBuild } from "./failed-build.ts";
import { BuildProgress } from "./progress.ts";
import { joinFor } from "./check-dockerfile.ts";

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** Builds an image with the engine's BuildKit, telling each of its steps. */
export async function buildWithBuildKit(operation: BuildImage, tools: Tools): Promise<undefined> {
  const { build, service } = operation;
  const { signal, builds, buildStep, warn } = tools;
  const sessions = await builds.open();
  const progress = new BuildProgress(service, { nextNumber: () => sessions.nextNumber(), step: buildStep });
  const { dockerfile = "Dockerfile", dockerfileInline } = build;
  try {
    const { session, request, caches } = await joinFor(operation, sessions);
    for (const path of caches.absent) warn(`services.${service}.build.cache_from: there is no cache in "${path}" yet`);
    let response: Readonly<Record<string, string>> | undefined;
    const onResponse = (told: Readonly<Record<string, string>>): void => void (response = told);
    for await (const status of session.build(request, { signal, onResponse })) progress.add(status);
    if (response !== undefined) nameCaches(caches, response);
  } catch (cause) {
    if (!(cause instanceof TscomposeError)) throw cause;
    const { lastLines, failedStep, failure } = progress;
    const name = dockerfileInline === undefined ? dockerfile : "dockerfile_inline";
    throw failedBuild(cause, { service, dockerfile: name, lastLines, failedStep, failure });
  }
  if (signal.aborted) {
    throw new TscomposeError({ code: "interrupted", message: `building ${operation.image}: interrupted` });
  }
  for (const warning of progress.warnings) warn(`services.${service}.build: ${warning}`);
}
