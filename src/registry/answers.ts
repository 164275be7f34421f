import type { Answer } from "./exchange.ts";
import { unreachable } from "./exchange.ts";
import { RegistryError, type RegistryErrorKind } from "./registry-error.ts";

const longestDocumentBytes = 4_194_304;

/** A small body, held in memory. Throws when it is none, or does not come to its end. */
export async function readBody({ body, url }: Answer, what: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const part of body) {
      parts.push(part as Buffer);
      sizeBytes += (part as Buffer).length;
      if (sizeBytes > longestDocumentBytes) throw new RegistryError("broken", `${what} from ${url.host} is too long`);
    }
  } catch (error) {
    throw unreachable(error, `reading ${what} from ${url.host}`);
  }
  return Buffer.concat(parts);
}

/** What an answer that is no success means. `subject` is what was asked for: `the manifest of acme/web:1`. */
export async function refusalOf(answer: Answer, subject: string): Promise<RegistryError> {
  const { status, url } = answer;
  const said = messageOf((await readBody(answer, "a refusal").catch(() => Buffer.alloc(0))).toString());
  const reason = said === "" ? "" : `: ${said}`;
  if (status === 401 || status === 403) {
    return new RegistryError("denied", `access to the ${subject} denied${reason}`, { reason: said });
  }
  if (status === 404) {
    return new RegistryError("missing", `the registry ${url.host} has no ${subject}${reason}`, { reason: said });
  }
  const waitMs = status === 429 || status === 503 ? retryAfterMs(answer.header("retry-after")) : undefined;
  const kind: RegistryErrorKind = status === 429 ? "busy" : "broken";
  const until = waitMs === undefined ? "" : ` (to be asked again in ${Math.ceil(waitMs / 1000)} s)`;
  return new RegistryError(kind, `the registry ${url.host} answers ${status} for the ${subject}${reason}${until}`, {
    isPassing: status === 429 || status === 408 || (status >= 500 && status !== 501),
    ...(waitMs === undefined ? {} : { waitMs }),
  });
}

/** Seconds; a date would need a clock that agrees with the registry's, and is as good as nothing said. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

/** The first of the registry's own words. */
function messageOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { message?: unknown; code?: unknown }[] };
    const [first] = Array.isArray(errors) ? errors : [];
    return String(first?.message ?? first?.code ?? "").slice(0, 500);
  } catch {
    // A page for people, of a proxy most often.
    return /^\s*</.test(text) ? "" : (text.trim().split("\n")[0]?.slice(0, 200) ?? "");
  }
}
