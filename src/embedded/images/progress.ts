import { HttpError } from "../api/http-error.ts";
import type { ApiReply } from "../api/route.ts";

/**
 * A reply of one JSON document per line. A fault before the first line is a refusal with a status; one after it, when
 * the status is out, is told as Docker does, in a last line.
 */
export async function jsonLines(
  lines: AsyncGenerator<object>,
  translate: (error: unknown) => unknown = (error) => error,
): Promise<ApiReply> {
  const first = await lines.next().catch((error: unknown) => {
    throw translate(error);
  });
  return { kind: "stream", contentType: "application/json", body: textOf(first, lines, translate) };
}

async function* textOf(
  first: IteratorResult<object>,
  lines: AsyncGenerator<object>,
  translate: (error: unknown) => unknown,
): AsyncGenerator<string> {
  if (first.done === true) return;
  yield lineOf(first.value);
  try {
    for await (const line of lines) yield lineOf(line);
  } catch (error) {
    const told = translate(error);
    if (!(told instanceof HttpError)) throw told;
    yield lineOf({ errorDetail: { message: told.message }, error: told.message });
  }
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\r\n`;
}
