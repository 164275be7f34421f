import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a certificate authority, and keys by it for a server at 127.0.0.1 and for a client: one folder each. */
export function makeKeys(folder: string): {
  readonly server: string;
  readonly client: string;
  readonly stranger: string;
} {
  const authority = makeAuthority(join(folder, "authority"));
  const server = signKey(authority, join(folder, "server"), "subjectAltName=IP:127.0.0.1,DNS:localhost");
  const client = signKey(authority, join(folder, "client"), "extendedKeyUsage=clientAuth");
  const elsewhere = makeAuthority(join(folder, "elsewhere"));
  return { server, client, stranger: signKey(elsewhere, join(folder, "stranger"), "extendedKeyUsage=clientAuth") };
}

function makeAuthority(folder: string): string {
  mkdirSync(folder, { recursive: true });
  openssl(
    folder,
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout key.pem -out ca.pem",
  );
  return folder;
}

function signKey(authority: string, folder: string, extension: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "extension"), extension);
  openssl(
    folder,
    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -keyout key.pem -out request.pem",
  );
  const authorityKeys = `-CA ${authority}/ca.pem -CAkey ${authority}/key.pem`;
  openssl(
    folder,
    `x509 -req -in request.pem ${authorityKeys} -CAcreateserial -days 2 -extfile extension -out cert.pem`,
  );
  openssl(folder, `x509 -in ${authority}/ca.pem -out ca.pem`);
  return folder;
}

function openssl(folder: string, command: string): void {
  execFileSync("openssl", command.split(" "), { cwd: folder, stdio: "pipe" });
}
