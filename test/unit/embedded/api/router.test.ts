import { expect, test } from "vitest";
import { HttpError } from "../../../../src/embedded/api/http-error.ts";
import type { Route } from "../../../../src/embedded/api/route.ts";
import { createRouter } from "../../../../src/embedded/api/router.ts";

const route = (method: Route["method"], path: string): Route => ({
  method,
  path,
  handle: () => ({ kind: "empty", status: 204 }),
});

const find = createRouter([
  route("GET", "/images/{name...}/json"),
  route("GET", "/images/json"),
  route("DELETE", "/images/{name...}"),
  route("GET", "/containers/{id}/json"),
  route("GET", "/containers/json"),
]);

/** `path of the route {params} version`, or the refusal. */
const matched = (method: string, path: string): string => {
  try {
    const { route, params, apiVersion } = find(method, path);
    return `${route.path} ${JSON.stringify(params)} ${apiVersion}`;
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.message}`;
    throw error;
  }
};

test.each([
  ["GET", "/containers/json", "/containers/json {} 1.51"],
  ["GET", "/v1.41/containers/json", "/containers/json {} 1.41"],
  ["GET", "/v1.24/containers/a%2Fb/json", '/containers/{id}/json {"id":"a/b"} 1.24'],
  ["GET", "/images/host:5000/a/b:c/json", '/images/{name...}/json {"name":"host:5000/a/b:c"} 1.51'],
  ["DELETE", "/images/a/json", '/images/{name...} {"name":"a/json"} 1.51'],
])("%s %s is found", (method, path, expected) => {
  expect(matched(method, path)).toBe(expected);
});

test.each([
  ["GET", "/nowhere", "404 page not found"],
  ["POST", "/containers/json", "404 page not found"],
  ["GET", "/containers//json", "404 page not found"],
  ["GET", "/v2/containers/json", "404 page not found"],
  ["GET", "/containers/%zz/json", '400 invalid URL escape in "%zz"'],
  ["GET", "/v1.52/info", "400 client version 1.52 is too new. Maximum supported API version is 1.51"],
  [
    "GET",
    "/v1.23/info",
    "400 client version 1.23 is too old. Minimum supported API version is 1.24, " +
      "please upgrade your client to a newer version",
  ],
])("%s %s is refused", (method, path, expected) => {
  expect(matched(method, path)).toBe(expected);
});
