import { expect, test } from "vitest";
import { resolveUser } from "../../../../src/embedded/runtime/users.ts";

const files = {
  passwd: [
    "root:x:0:0:root:/root:/bin/sh",
    "# a remark",
    "broken",
    "daemon:x:1:7:daemon:/:/bin/false",
    "1234:x:55:66::/:",
  ].join("\n"),
  group: "root:x:0:root\nbin:x:1:root,daemon\nsys:x:3:daemon\naudio:x:29:\n",
};

test.each<[string, readonly string[], object]>([
  ["", [], { uid: 0, gid: 0, additionalGids: [0, 1] }],
  ["root", [], { uid: 0, gid: 0, additionalGids: [0, 1] }],
  ["daemon", [], { uid: 1, gid: 7, additionalGids: [7, 1, 3] }],
  ["1", [], { uid: 1, gid: 7, additionalGids: [7, 1, 3] }],
  ["daemon:audio", [], { uid: 1, gid: 29, additionalGids: [29] }],
  ["65534:100", [], { uid: 65_534, gid: 100, additionalGids: [100] }],
  ["4321", ["audio", "5"], { uid: 4321, gid: 0, additionalGids: [0, 29, 5] }],
  ["1234", [], { uid: 55, gid: 66, additionalGids: [66] }],
])("user %j with groups %j", (user, groups, expected) => {
  expect(resolveUser(user, groups, files)).toEqual(expected);
});

test.each([["nobody"], ["root:nogroup"], ["4294967296"], ["0:-1"]])("user %j is refused", (user) => {
  expect(() => resolveUser(user, [], files)).toThrow(expect.objectContaining({ status: 400 }));
});

test("an image without such files has numbers only", () => {
  const none = { passwd: "", group: "" };
  expect(resolveUser("", [], none)).toEqual({ uid: 0, gid: 0, additionalGids: [0] });
  expect(() => resolveUser("root", [], none)).toThrow(/unable to find user root/);
});
