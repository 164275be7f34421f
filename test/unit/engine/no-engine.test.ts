import { expect, test } from "vitest";
import { explainAttempts } from "../../../src/engine/no-engine.ts";
import { engineError } from "../../../src/engine/refusal.ts";

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

const byHand = (way: string): string => `check the way there: ${way} docker system dial-stdio </dev/null`;
const start = "start that engine, or choose another: unset DOCKER_HOST, docker context use default";
const tls = expect.stringContaining("DOCKER_TLS_VERIFY");

test.each([
  {
    address: "ssh://nohost",
    cause: new Error("ssh: Could not resolve hostname nohost: Name or service not known"),
    told: "ssh: Could not resolve hostname nohost: Name or service not known",
    hint: byHand("ssh nohost"),
  },
  {
    address: "ssh://me@far.example:2222",
    cause: new Error("kex_exchange_identification: connection closed by a certificate check"),
    told: "kex_exchange_identification: connection closed by a certificate check",
    hint: byHand("ssh -p 2222 me@far.example"),
  },
  { address: "ssh://far", cause: system("ECONNRESET"), told: "hung up without an answer", hint: byHand("ssh far") },
  {
    address: "ssh://far",
    cause: new Error("starting ssh: spawn ssh ENOENT", { cause: system("ENOENT") }),
    told: "starting ssh: spawn ssh ENOENT",
    hint: "install ssh, or put it on the PATH",
  },
  { address: "tcp://ssh.example:2375", cause: system("ECONNREFUSED"), told: /nobody listens/, hint: start },
  { address: "tcp://far:2376", cause: new Error("self-signed certificate"), told: /self-signed/, hint: tls },
  { address: "tcp://far:2376", cause: system("ECONNRESET"), told: /hung up/, hint: tls },
  { address: "unix:///run/ssh/TLS.sock", cause: system("ENOENT"), told: "no such file", hint: start },
  {
    address: "unix:///var/run/docker.sock",
    cause: system("EACCES"),
    told: "permission denied",
    hint: expect.stringContaining("usermod -aG docker"),
  },
])("$address that fails by $cause.message has the hint for its kind", ({ address, cause, told, hint }) => {
  const outcome = { kind: "refused", error: engineError(`connecting to ${address}`, cause) } as const;
  const attempts = [{ address, origin: "DOCKER_HOST", outcome }];
  const error = explainAttempts(attempts, { isExplicit: true, platform: "linux" });
  const [, line = ""] = error.message.split("\n");
  expect(line.replace(`  ${address} (DOCKER_HOST): `, "")).toMatch(told);
  expect(error.hint).toEqual(hint);
});
