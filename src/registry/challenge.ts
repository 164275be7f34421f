import { RegistryError } from "./registry-error.ts";

/** How a registry wants to be asked (RFC 9110, section 11; Docker's token authentication). */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Reads `WWW-Authenticate`. Throws for what is neither basic nor bearer. */
export function challengeOf(header: string, registry: string): Challenge {
  const [, scheme = "", rest = ""] = /^\s*(\w+)\s*(.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() === "basic") return { scheme: "basic" };
  const { realm, service, scope } = Object.fromEntries(
    [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key.toLowerCase(), value]),
  );
  if (scheme.toLowerCase() !== "bearer" || realm === undefined || !URL.canParse(realm)) {
    const asked = header === "" ? "" : `: ${JSON.stringify(header.slice(0, 200))}`;
    throw new RegistryError("broken", `the registry ${registry} asks for an authentication that is not known${asked}`);
  }
  return {
    scheme: "bearer",
    realm,
    ...(service === undefined ? {} : { service }),
    ...(scope === undefined ? {} : { scope }),
  };
}
