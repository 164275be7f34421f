import type { DockerConfig } from "./docker-config.ts";

const variables = {
  ALL_PROXY: "allProxy",
  FTP_PROXY: "ftpProxy",
  HTTP_PROXY: "httpProxy",
  HTTPS_PROXY: "httpsProxy",
  NO_PROXY: "noProxy",
} as const;

/** Variables by which Docker's configuration tells containers and builds of one engine about proxies, in both spellings. */
export function proxyVariables({ proxies = {} }: DockerConfig, address: string): Readonly<Record<string, string>> {
  const told = proxies[address] ?? proxies["default"] ?? {};
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, key]) => {
      const value = told[key];
      return value ? [name, name.toLowerCase()].map((each) => [each, value] as const) : [];
    }),
  );
}
