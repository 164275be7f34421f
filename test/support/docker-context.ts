import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a context as `docker context create` does, into the folder of Docker's configuration. */
export function createDockerContext(
  configFolder: string,
  { name, host, keys }: { readonly name: string; readonly host: string; readonly keys?: string },
): void {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(configFolder, "contexts", "meta", id);
  mkdirSync(meta, { recursive: true });
  const endpoint = { Host: host, SkipTLSVerify: false };
  writeFileSync(join(meta, "meta.json"), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } }));
  if (keys === undefined) return;
  const tls = join(configFolder, "contexts", "tls", id, "docker");
  mkdirSync(tls, { recursive: true });
  for (const file of ["ca.pem", "cert.pem", "key.pem"]) copyFileSync(join(keys, file), join(tls, file));
}
