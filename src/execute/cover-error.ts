import { EngineError } from "../errors.ts";
import { coverText } from "../plan/secrets.ts";

/** An engine quotes what it was given, commands and addresses among it: the same refusal without the secrets in it. */
export function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const message = coverText(error.message);
  if (message === error.message) return error;
  const { code, doing, hint, status } = error;
  // Without its cause, which would tell it all again.
  return new EngineError({
    code,
    doing,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(status === undefined ? {} : { status }),
  });
}
