import { generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { field, FieldReader } from "../../../../src/execute/builds/ssh/fields.ts";
import { keyAgent } from "../../../../src/execute/builds/ssh/key-agent.ts";
import { readPrivateKey, UnusableKeyError } from "../../../../src/execute/builds/ssh/private-key.ts";

const pem = { type: "pkcs8", format: "pem" } as const;
const pairs = [
  ["ssh-ed25519", generateKeyPairSync("ed25519")],
  ["ssh-rsa", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["ecdsa-sha2-nistp256", generateKeyPairSync("ec", { namedCurve: "P-256" })],
] as const;

describe.for(pairs)("a key of %s", ([algorithm, { privateKey, publicKey }]) => {
  const key = readPrivateKey(privateKey.export(pem).toString());
  const agent = keyAgent(key);

  test("is listed", async () => {
    const answer = await agent.answer(Buffer.of(11));
    const fields = new FieldReader(answer.subarray(1));
    expect([answer[0], fields.integer()]).toEqual([12, 1]);
    expect(new FieldReader(fields.bytes()).text()).toBe(algorithm);
  });

  test("signs what others can verify", async () => {
    const data = Buffer.from("to be signed");
    const request = Buffer.concat([Buffer.of(13), field(key.publicBlob), field(data), Buffer.of(0, 0, 0, 4)]);
    const answer = await agent.answer(request);
    expect(answer[0]).toBe(14);
    const signature = new FieldReader(new FieldReader(answer.subarray(1)).bytes());
    const name = signature.text();
    const value = signature.bytes();
    if (algorithm === "ssh-ed25519") expect(verify(null, data, publicKey, value)).toBe(true);
    if (algorithm === "ssh-rsa") {
      expect(name).toBe("rsa-sha2-512");
      expect(verify("sha512", data, publicKey, value)).toBe(true);
    }
    if (algorithm === "ecdsa-sha2-nistp256") {
      const both = new FieldReader(value);
      const [r, s] = [both.number(), both.number()].map((part) =>
        Buffer.concat([Buffer.alloc(32), part]).subarray(-32),
      );
      const joined = Buffer.concat([r ?? Buffer.alloc(0), s ?? Buffer.alloc(0)]);
      expect(verify("sha256", data, { key: publicKey, dsaEncoding: "ieee-p1363" }, joined)).toBe(true);
    }
  });

  test("signs for no other, and does nothing else", async () => {
    const other = Buffer.concat([Buffer.of(13), field("another"), field("data"), Buffer.of(0, 0, 0, 0)]);
    expect([...(await agent.answer(other))]).toEqual([5]);
    expect([...(await agent.answer(Buffer.of(17, 0)))]).toEqual([5]);
  });
});

test.for([
  ["text that is no key", "hello"],
  [
    "a key that is cut off",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----",
  ],
])("%s is refused", ([, text = ""]) => {
  expect(() => readPrivateKey(text)).toThrow(UnusableKeyError);
});
