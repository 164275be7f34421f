import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import { digest, serviceHashText } from "../plan/config-hash.ts";
import type { LateValue } from "../plan/operation.ts";
import { serviceWith, type Variables } from "../plan/provided.ts";
import type { ContainerIds } from "./container-ids.ts";

/** What late values are read from. */
interface Sources {
  readonly engine: Engine;
  readonly ids: ContainerIds;
  /** What providers told the container. */
  readonly told: readonly (readonly [provider: string, variables: Variables])[];
}

/** Fills in the tokens of a body, now that earlier steps have made what they stand for. */
export async function fillIn<Body>(body: Body, late: readonly LateValue[], sources: Sources): Promise<Body> {
  if (late.length === 0) return body;
  const values = new Map<string, string>();
  for (const value of late) {
    if (!isHash(value)) values.set(value.token, await look(value, sources));
  }
  for (const value of late.filter(isHash)) {
    values.set(value.token, digest(replaceTokens(hashedText(value, sources), values)));
  }
  // Ids and hashes hold nothing that JSON would have to escape.
  return JSON.parse(replaceTokens(JSON.stringify(body), values)) as Body;
}

type HashValue = Extract<LateValue, { kind: "hash" | "service-hash" }>;

function isHash(value: LateValue): value is HashValue {
  return value.kind === "hash" || value.kind === "service-hash";
}

function hashedText(value: HashValue, { told }: Sources): string {
  if (value.kind === "hash") return value.text;
  return serviceHashText(told.reduce((service, [, variables]) => serviceWith(service, variables), value.service));
}

function replaceTokens(text: string, values: ReadonlyMap<string, string>): string {
  return [...values].reduce((filled, [token, value]) => filled.replaceAll(token, value), text);
}

async function look(value: Exclude<LateValue, HashValue>, { engine, ids }: Sources): Promise<string> {
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
