import { EngineError } from "../errors.ts";

/** Names of what an engine knows by id, as its answers told them: people know containers and networks by name. */
export class Names {
  readonly #names = new Map<string, string>();

  /** The latest name of an id; engines write those of containers with a slash. */
  remember(id: string, name: string | undefined): void {
    if (name !== undefined) this.#names.set(id, name.replace(/^\//, ""));
  }

  /** A text with names in the place of ids; without a known name, with as much of the id as engines list. */
  in(text: string): string {
    return text.replaceAll(/(?<![\w:])[\da-f]{64}(?!\w)/g, (id) => this.#names.get(id) ?? id.slice(0, 12));
  }
}

/** The same verbs, with refusals that speak of names. */
export function speakingOfNames<Verbs extends object>(verbs: Verbs, names: Names): Verbs {
  const speaking = Object.entries(verbs).map(([verb, run]: [string, unknown]) => [
    verb,
    typeof run === "function" ? (...given: unknown[]): unknown => withNames(run(...given), names) : run,
  ]);
  return Object.fromEntries(speaking) as Verbs;
}

function withNames(answer: unknown, names: Names): unknown {
  if (answer instanceof Promise) return answer.catch((error: unknown) => Promise.reject(named(error, names)));
  return isStream(answer) ? streamed(answer, names) : answer;
}

async function* streamed(source: AsyncIterable<unknown>, names: Names): AsyncIterable<unknown> {
  try {
    yield* source;
  } catch (error) {
    throw named(error, names);
  }
}

function named(error: unknown, names: Names): unknown {
  if (!(error instanceof EngineError)) return error;
  const { code, doing, hint, status, cause } = error;
  return new EngineError({
    code,
    message: names.in(error.message),
    doing: names.in(doing),
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(status === undefined ? {} : { status }),
  });
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}
