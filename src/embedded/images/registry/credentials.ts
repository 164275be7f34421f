import { badRequest } from "../../api/http-error.ts";

/** Who asks a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Reads the header `X-Registry-Auth`: JSON in base64url. Throws 400 for anything else; never shows what it holds. */
export function credentialsOf(header: string | string[] | undefined): Credentials | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined || text === "") return undefined;
  const { username, password, identitytoken } = parse(text);
  if (typeof identitytoken === "string" && identitytoken !== "") {
    throw badRequest("identity tokens are not supported: log in to the registry with a name and a password");
  }
  if (typeof username !== "string" || typeof password !== "string" || username === "") return undefined;
  return { username, password };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest("the header X-Registry-Auth is no JSON in base64url");
}
