import { readFile } from "node:fs/promises";
import { largestSecretBytes } from "../../buildkit-api/session.ts";
import { TscomposeError } from "../../errors.ts";
import type { BuildSecret } from "../../plan/operation.ts";

/** The value of a secret, read at the moment a build asks for it; undefined where there is no such secret. */
export async function readSecret(
  secret: BuildSecret | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<Uint8Array | undefined> {
  if (secret === undefined) return undefined;
  const value = "file" in secret ? await readSecretFile(secret) : valueOf(secret, environment);
  if (value.length <= largestSecretBytes) return value;
  const message = `secret "${secret.id}": ${value.length} bytes, more than the ${largestSecretBytes} that builders take`;
  throw new TscomposeError({ code: "unsupported", message });
}

async function readSecretFile({ id, file }: Extract<BuildSecret, { file: string }>): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    throw new TscomposeError({ code: "not-found", message: `secret "${id}": cannot read "${file}"`, cause });
  });
}

function valueOf(
  { id, environment: variable }: Extract<BuildSecret, { environment: string }>,
  environment: Readonly<Record<string, string>>,
): Uint8Array {
  const value = environment[variable];
  if (value !== undefined) return Buffer.from(value);
  throw new TscomposeError({ code: "not-found", message: `secret "${id}": variable "${variable}" is not set` });
}
