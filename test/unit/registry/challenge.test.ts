import { expect, test } from "vitest";
import { challengeOf } from "../../../src/registry/challenge.ts";

test("a registry asks for a token, or for a name and a password", () => {
  expect(challengeOf('Basic realm="x"', "r")).toEqual({ scheme: "basic" });
  expect(challengeOf('Bearer realm="https://auth.example/token",service="s",scope="repository:a/b:pull"', "r")).toEqual(
    {
      scheme: "bearer",
      realm: "https://auth.example/token",
      service: "s",
      scope: "repository:a/b:pull",
    },
  );
  expect(challengeOf('bearer realm="https://a.example/"', "r")).toEqual({
    scheme: "bearer",
    realm: "https://a.example/",
  });
});

test.each(["", "Negotiate", "Bearer", 'Bearer realm="nowhere"', "Bearer realm=https://a.example"])(
  "%j is refused with the registry's name",
  (header) => {
    expect(() => challengeOf(header, "registry.lan")).toThrow(/registry\.lan asks for an authentication/);
  },
);
