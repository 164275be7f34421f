import { sign } from "node:crypto";
import type { SshAgent } from "../../../engine/buildkit/build-session.ts";
import { field, FieldReader, numberField } from "./fields.ts";
import { agentMessage } from "./messages.ts";
import type { PrivateKey } from "./private-key.ts";

/** An agent that holds one key, lists it, and signs with it: nothing else. */
export function keyAgent(key: PrivateKey): SshAgent {
  return {
    async answer(message) {
      if (message[0] === agentMessage.requestIdentities) return listOf(key);
      if (message[0] === agentMessage.signRequest) return signed(key, new FieldReader(message.subarray(1)));
      return Buffer.of(agentMessage.failure);
    },
    close: () => {},
  };
}

function listOf({ publicBlob, comment }: PrivateKey): Uint8Array {
  const count = Buffer.of(0, 0, 0, 1);
  return Buffer.concat([Buffer.of(agentMessage.identitiesAnswer), count, field(publicBlob), field(comment)]);
}

function signed(key: PrivateKey, request: FieldReader): Uint8Array {
  const [blob, data, flags] = [request.bytes(), request.bytes(), request.integer()];
  if (!blob.equals(key.publicBlob)) return Buffer.of(agentMessage.failure);
  return Buffer.concat([Buffer.of(agentMessage.signResponse), field(signature(key, data, flags))]);
}

/** Flags of a request to sign with RSA: which hash (RFC 8332; draft-miller-ssh-agent, section 3.6.1). */
const rsaHash = { 2: "sha256", 4: "sha512" } as const;
const curveHash = {
  "ecdsa-sha2-nistp256": "sha256",
  "ecdsa-sha2-nistp384": "sha384",
  "ecdsa-sha2-nistp521": "sha512",
} as const;

function signature({ key, algorithm }: PrivateKey, data: Uint8Array, flags: number): Buffer {
  if (algorithm === "ssh-ed25519") return Buffer.concat([field(algorithm), field(sign(null, data, key))]);
  if (algorithm === "ssh-rsa") {
    const hash = (flags & 4) === 4 ? rsaHash[4] : (flags & 2) === 2 ? rsaHash[2] : undefined;
    const name = hash === undefined ? algorithm : `rsa-sha2-${hash.slice(3)}`;
    return Buffer.concat([field(name), field(sign(hash ?? "sha1", data, key))]);
  }
  const both = sign(curveHash[algorithm], data, { key, dsaEncoding: "ieee-p1363" });
  const [r, s] = [both.subarray(0, both.length / 2), both.subarray(both.length / 2)];
  return Buffer.concat([field(algorithm), field(Buffer.concat([numberField(r), numberField(s)]))]);
}
