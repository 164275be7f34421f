import { expect, test } from "vitest";
import type { DockerConfig } from "../../../src/engine/docker-config.ts";
import { proxyVariables } from "../../../src/engine/proxies.ts";

test.each<{ when: string; proxies?: DockerConfig["proxies"]; variables: Record<string, string> }>([
  { when: "nothing is configured", variables: {} },
  { when: "another engine has some", proxies: { "tcp://far:2375": { httpProxy: "far" } }, variables: {} },
  {
    when: "there are some for every engine",
    proxies: { default: { httpProxy: "h", httpsProxy: "s", noProxy: "n", ftpProxy: "f", allProxy: "a" } },
    variables: {
      HTTP_PROXY: "h",
      HTTPS_PROXY: "s",
      NO_PROXY: "n",
      FTP_PROXY: "f",
      ALL_PROXY: "a",
      http_proxy: "h",
      https_proxy: "s",
      no_proxy: "n",
      ftp_proxy: "f",
      all_proxy: "a",
    },
  },
  {
    when: "this engine has its own, which then are all",
    proxies: { default: { noProxy: "n" }, "unix:///docker.sock": { httpProxy: "own", httpsProxy: "" } },
    variables: { HTTP_PROXY: "own", http_proxy: "own" },
  },
])("proxies become variables when $when", ({ proxies, variables }) => {
  const config = proxies === undefined ? {} : { proxies };
  expect(proxyVariables(config, "unix:///docker.sock")).toEqual(variables);
});
