import { expect, test } from "vitest";
import { userMapOf } from "../../../../src/embedded/host/user-namespace.ts";

test.each([
  ["         0          0 4294967295\n", { isNested: false, userCount: 4_294_967_295 }],
  ["         0       1001          1\n         1     100000      65535\n", { isNested: true, userCount: 65_536 }],
  ["         0       1001          1\n", { isNested: true, userCount: 1 }],
])("of %j", (text, map) => {
  expect(userMapOf(text)).toEqual(map);
});
