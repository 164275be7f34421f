import { createHash } from "node:crypto";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import type { LateValue } from "../plan/operation.ts";
import type { ContainerIds } from "./container-ids.ts";

/** Fills in the tokens of a body, now that earlier steps have made what they stand for. */
export async function fillIn<Body>(
  body: Body,
  late: readonly LateValue[],
  { engine, ids }: { readonly engine: Engine; readonly ids: ContainerIds },
): Promise<Body> {
  if (late.length === 0) return body;
  const values = new Map<string, string>();
  for (const value of late) {
    if (value.kind !== "hash") values.set(value.token, await look(value, engine, ids));
  }
  for (const { kind, token, ...rest } of late) {
    if (kind !== "hash" || !("text" in rest)) continue;
    values.set(token, createHash("sha256").update(replaceTokens(rest.text, values)).digest("hex"));
  }
  // Ids and hashes hold nothing that JSON would have to escape.
  return JSON.parse(replaceTokens(JSON.stringify(body), values)) as Body;
}

function replaceTokens(text: string, values: ReadonlyMap<string, string>): string {
  return [...values].reduce((filled, [token, value]) => filled.replaceAll(token, value), text);
}

async function look(value: Exclude<LateValue, { kind: "hash" }>, engine: Engine, ids: ContainerIds): Promise<string> {
  const found =
    value.kind === "container-id"
      ? (await engine.inspectContainer(ids.resolve(value.container)))?.Id
      : (await engine.inspectImage(value.image, platformOf(value)))?.Id;
  if (found !== undefined) return found;
  const what = value.kind === "container-id" ? `container ${value.container}` : `image ${value.image}`;
  throw new EngineError({ code: "not-found", doing: "composing a container", message: `${what} is gone` });
}

/** The platform of something that may pin one, as an engine call takes it. */
export function platformOf({ platform }: { readonly platform?: string }): { readonly platform?: string } {
  return platform === undefined ? {} : { platform };
}
