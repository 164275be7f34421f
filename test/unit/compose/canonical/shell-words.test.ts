import { expect, test } from "vitest";
import { splitShellWords } from "../../../../src/compose/canonical/shell-words.ts";

test.each([
  ["", []],
  ["  a   b ", ["a", "b"]],
  [`echo 'a b' c"d e"`, ["echo", "a b", "cd e"]],
  ["a\\ b", ["a b"]],
  [`'' ""`, ["", ""]],
  [`"it's"`, ["it's"]],
  [`'a\\b'`, ["a\\b"]],
  ["echo $HOME *", ["echo", "$HOME", "*"]],
  ["echo $(date +%s) b", ["echo", "$(date +%s)", "b"]],
  ["echo `date +%s`", ["echo", "`date +%s`"]],
  ["a\tb\nc", ["a", "b", "c"]],
])("splits %j", (line, words) => {
  expect(splitShellWords(line)).toEqual(words);
});

test.each([
  ["echo a && echo b", ["echo", "a"]],
  ["echo a; echo b", ["echo", "a"]],
  ["echo a | cat", ["echo", "a"]],
  ["echo a 2>log", ["echo", "a"]],
  ["echo a>log", ["echo", "a"]],
  ["echo 'a && b'", ["echo", "a && b"]],
])("ends where a shell would end the command: %j", (line, words) => {
  expect(splitShellWords(line)).toEqual(words);
});

test.each([`a "b`, "a 'b", "a\\", "a (b)", "a $(b", "a )"])("refuses what is left open: %j", (line) => {
  expect(splitShellWords(line)).toBeUndefined();
});
