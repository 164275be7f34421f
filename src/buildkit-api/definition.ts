import { createHash } from "node:crypto";
import { type Message, map, message, nested, repeated, text } from "../grpc/protobuf.ts";

/** `pb.Definition`: steps, each a message known by its digest; the last one only names the one that is meant. */
interface Definition {
  readonly steps: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

/** `pb.Op`, as far as sources go. */
interface Step {
  readonly inputs: readonly Input[];
  readonly source: { readonly identifier: string } | undefined;
}

interface Input {
  readonly digest: string;
}

const definition: Message<Definition> = message<Definition>({ steps: repeated(1, "bytes"), metadata: map(2, "bytes") });
const step: Message<Step> = message<Step>({
  inputs: repeated(1, message<Input>({ digest: text(1) })),
  source: nested(3, message<{ readonly identifier: string }>({ identifier: text(1) })),
});

const scheme = "tscompose-image://";

/**
 * An image of this engine in the form that clients carry from one build to another. They look into it no further than to
 * find the step that is meant (moby/buildkit, client/llb/definition.go).
 */
export function imageDefinition(id: string): Uint8Array {
  const source = step.encode({ source: { identifier: scheme + id } });
  const last = step.encode({ inputs: [{ digest: digestOf(source) }] });
  const metadata = { [digestOf(source)]: new Uint8Array(), [digestOf(last)]: new Uint8Array() };
  return definition.encode({ steps: [source, last], metadata });
}

/** The image that {@link imageDefinition} was made of; `undefined` for every other definition. */
export function imageOfDefinition(encoded: Uint8Array): string | undefined {
  const identifiers = definition.decode(encoded).steps.map((each) => step.decode(each).source?.identifier ?? "");
  return identifiers.find((identifier) => identifier.startsWith(scheme))?.slice(scheme.length);
}

function digestOf(encoded: Uint8Array): string {
  return `sha256:${createHash("sha256").update(encoded).digest("hex")}`;
}
