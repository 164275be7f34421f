import { expect, test } from "vitest";
import { loadTexts, mistakesOf, type Texts } from "../../support/load-texts.ts";

const environmentOf = async (texts: Texts, environment: Record<string, string> = {}): Promise<unknown> =>
  (await loadTexts(texts, { environment })).project.services["web"]?.environment;

test("puts environment over env_file, and later files over earlier ones", async () => {
  const texts = {
    "compose.yaml": "{ services: { web: { image: i, env_file: [a.env, b.env], environment: { C: own } } } }",
    "a.env": "A=a\nB=a\nC=a\n",
    "b.env": "B=b\nC=b\n",
  };
  expect(await environmentOf(texts)).toEqual({ A: "a", B: "b", C: "own" });
});

test("looks variables of a file up in the project's environment, then in the service's, then in what was read", async () => {
  const texts = {
    "compose.yaml": "{ services: { web: { image: i, env_file: a.env, environment: { OWN: own } } } }",
    "a.env": "FIRST=1\nALL=${SHELL_NAME} ${OWN} ${FIRST}\nSHELL_NAME=file\n",
  };
  expect(await environmentOf(texts, { SHELL_NAME: "shell" })).toMatchObject({ ALL: "shell own 1" });
});

test("takes raw files literally", async () => {
  const texts = {
    "compose.yaml": "{ services: { web: { image: i, env_file: [{ path: a.env, format: raw }] } } }",
    "a.env": "A='$HOME' # no comment\n",
  };
  expect(await environmentOf(texts)).toEqual({ A: "'$HOME' # no comment" });
});

test("does not miss an optional file", async () => {
  const text = "{ services: { web: { image: i, env_file: [{ path: none.env, required: false }] } } }";
  expect(await environmentOf({ "compose.yaml": text })).toBeUndefined();
});

test("tells where a required file is named that does not exist", async () => {
  const lines = await mistakesOf({
    "compose.yaml": "services:\n  web:\n    image: i\n    env_file:\n      - none.env\n",
  });
  expect(lines).toEqual([
    expect.stringMatching(/^compose\.yaml:5:9 services\.web\.env_file\[0\]: file not found: .*none\.env /),
  ]);
});

test("leaves files of services that were not selected unread", async () => {
  const text = "{ services: { web: { image: i }, other: { image: i, env_file: none.env } } }";
  expect(await mistakesOf({ "compose.yaml": text }, { request: { services: ["web"] } })).toEqual([]);
});

test("puts labels over label_file", async () => {
  const texts = {
    "compose.yaml": "{ services: { web: { image: i, label_file: l.txt, labels: { b: own } } } }",
    "l.txt": "a=file\nb=file\n",
  };
  const { project } = await loadTexts(texts);
  expect(project.services["web"]?.labels).toEqual({ a: "file", b: "own" });
});
