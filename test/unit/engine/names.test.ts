import { expect, test } from "vitest";
import { Names, speakingOfNames } from "../../../src/engine/names.ts";
import { engineError, Refusal } from "../../../src/engine/refusal.ts";
import { EngineError } from "../../../src/errors.ts";

const id = "ab".repeat(32);
const other = "cd".repeat(32);

function namesOf(known: Readonly<Record<string, string>>): Names {
  const names = new Names();
  for (const [each, name] of Object.entries(known)) names.remember(each, name);
  return names;
}

test.each([
  { text: `starting container ${id}: no such file`, told: "starting container shop-web-1: no such file" },
  { text: `Container ${id} is not running`, told: "Container shop-web-1 is not running" },
  { text: `removing container ${other}: gone`, told: "removing container cdcdcdcdcdcd: gone" },
  { text: `no image sha256:${id}`, told: `no image sha256:${id}` },
  { text: `uploading to /x${id}y`, told: `uploading to /x${id}y` },
  { text: "creating container shop-web-1", told: "creating container shop-web-1" },
])('"$text" is told with names, or what of an id can be read', ({ text, told }) => {
  expect(namesOf({ [id]: "/shop-web-1" }).in(text)).toBe(told);
});

test("the latest name counts", () => {
  const names = namesOf({ [id]: "old" });
  names.remember(id, "new");
  expect(names.in(id)).toBe("new");
});

const refusal = engineError(`killing container ${id}`, new Refusal(409, `Container ${id} is not running`));
const verbs = speakingOfNames(
  {
    later: async () => Promise.reject(refusal),
    stream: async function* () {
      yield 1;
      throw refusal;
    },
    answer: async (word: string) => ({ word }),
    bug: () => Promise.reject(new TypeError(id)),
  },
  namesOf({ [id]: "shop-web-1" }),
);

test.each([
  ["an answer", () => verbs.later()],
  ["a stream", () => Array.fromAsync(verbs.stream())],
])("a refusal of %s speaks of names, and is the same otherwise", async (_what, ask) => {
  const error = await ask().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({
    message: "killing container shop-web-1: Container shop-web-1 is not running",
    doing: "killing container shop-web-1",
    code: "conflict",
    status: 409,
    cause: refusal.cause,
  });
});

test("answers and faults stay what they are", async () => {
  expect(await verbs.answer("x")).toEqual({ word: "x" });
  await expect(verbs.bug()).rejects.toThrow(new TypeError(id));
});
