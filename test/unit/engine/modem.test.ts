import { expect, test } from "vitest";
import { requestOf } from "../../../src/engine/modem.ts";

const plain = { headers: {}, isOpenEnded: false };

test.each([
  {
    verb: "a list",
    dial: { method: "GET", path: "/containers/json?", options: { all: true } },
    call: { ...plain, method: "GET", path: "/containers/json", query: { all: true } },
  },
  {
    verb: "a start",
    dial: { method: "POST", path: "/containers/a/start?", options: {} },
    call: { ...plain, method: "POST", path: "/containers/a/start", query: {} },
  },
  {
    verb: "an exec",
    dial: { method: "POST", path: "/containers/a/exec", options: { Cmd: ["ls"], abortSignal: "not sent" } },
    call: { ...plain, method: "POST", path: "/containers/a/exec", body: { Cmd: ["ls"] } },
  },
  {
    verb: "a wait",
    dial: { method: "POST", path: "/containers/a/wait?", options: {} },
    call: { ...plain, isOpenEnded: true, method: "POST", path: "/containers/a/wait", query: {} },
  },
  {
    verb: "an upload",
    dial: { method: "PUT", path: "/containers/a/archive?", options: { path: "/etc" }, file: "bytes" },
    call: { ...plain, method: "PUT", path: "/containers/a/archive", query: { path: "/etc" }, body: "bytes" },
  },
  {
    verb: "a pull",
    dial: {
      method: "POST",
      path: "/images/create?",
      options: { fromImage: "a" },
      isStream: true,
      authconfig: { base64: "e30=" },
    },
    call: {
      method: "POST",
      path: "/images/create",
      query: { fromImage: "a" },
      headers: { "X-Registry-Auth": "e30=" },
      isOpenEnded: true,
    },
  },
])("$verb of dockerode becomes one call, with nothing in the wrong place", ({ dial, call }) => {
  expect(requestOf(dial)).toEqual(call);
});
