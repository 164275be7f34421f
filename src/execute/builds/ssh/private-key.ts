import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { field, FieldReader, numberField } from "./fields.ts";

/** A key that can sign, and what others know it by. */
export interface PrivateKey {
  readonly key: KeyObject;
  readonly algorithm: "ssh-ed25519" | "ssh-rsa" | `ecdsa-sha2-${Curve}`;
  /** As in the second column of `authorized_keys`, before it was encoded. */
  readonly publicBlob: Uint8Array;
  readonly comment: string;
}

type Curve = "nistp256" | "nistp384" | "nistp521";

/** Why a file cannot be used as a key: what to tell the user. */
export class UnusableKeyError extends Error {}

const openSshKey = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/;

/** Reads a private key: OpenSSH's own format, PKCS #1, PKCS #8 or SEC 1. Throws `UnusableKeyError`. */
export function readPrivateKey(text: string): PrivateKey {
  const own = openSshKey.exec(text)?.[1];
  if (own === undefined) return fromPem(text);
  try {
    return fromOpenSsh(new FieldReader(Buffer.from(own, "base64")));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UnusableKeyError("is cut off", { cause });
  }
}

function fromPem(text: string): PrivateKey {
  try {
    return described(createPrivateKey(text), "");
  } catch (cause) {
    if (cause instanceof UnusableKeyError) throw cause;
    const isLocked = /ENCRYPTED/.test(text);
    throw new UnusableKeyError(isLocked ? needsPassphrase : "is no private key that is understood", { cause });
  }
}

const needsPassphrase = "is locked by a passphrase: add it to the agent (ssh-add), and give the build that";
const magicLength = "openssh-key-v1\0".length;

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function fromOpenSsh(file: FieldReader): PrivateKey {
  file.skip(magicLength);
  const cipher = file.text();
  if (cipher !== "none") throw new UnusableKeyError(needsPassphrase);
  file.bytes(); // key derivation, and its options
  file.bytes();
  file.integer(); // one key
  file.bytes(); // its public part, which is also in the private one
  const secret = new FieldReader(file.bytes());
  if (secret.integer() !== secret.integer()) throw new UnusableKeyError("is damaged");
  const jwk = jwkOf(secret.text(), secret);
  return described(createPrivateKey({ key: jwk, format: "jwk" }), secret.text());
}

function jwkOf(algorithm: string, secret: FieldReader): JsonWebKey {
  if (algorithm === "ssh-ed25519") {
    const x = secret.bytes();
    return { kty: "OKP", crv: "Ed25519", x: encoded(x), d: encoded(secret.bytes().subarray(0, 32)) };
  }
  if (algorithm === "ssh-rsa") {
    const [n, e, d, qi, p, q] = [0, 1, 2, 3, 4, 5].map(() => secret.number());
    if (n === undefined || e === undefined || d === undefined || qi === undefined || p === undefined || q === undefined)
      throw new UnusableKeyError("is damaged");
    const all = { n, e, d, p, q, dp: remainder(d, p), dq: remainder(d, q), qi };
    return { kty: "RSA", ...Object.fromEntries(Object.entries(all).map(([name, value]) => [name, encoded(value)])) };
  }
  const curve = Object.entries(curves).find(([, { ssh }]) => algorithm === `ecdsa-sha2-${ssh}`);
  if (curve === undefined) throw new UnusableKeyError(`is of a kind that is not understood: ${algorithm}`);
  secret.bytes(); // the curve once more
  const [crv, { bytes }] = curve;
  const point = secret.bytes().subarray(1);
  const d = Buffer.concat([Buffer.alloc(bytes), secret.number()]).subarray(-bytes);
  return { kty: "EC", crv, x: encoded(point.subarray(0, bytes)), y: encoded(point.subarray(bytes)), d: encoded(d) };
}

const curves: Readonly<Record<string, { readonly ssh: Curve; readonly bytes: number }>> = {
  "P-256": { ssh: "nistp256", bytes: 32 },
  "P-384": { ssh: "nistp384", bytes: 48 },
  "P-521": { ssh: "nistp521", bytes: 66 },
};

function described(key: KeyObject, comment: string): PrivateKey {
  const { kty, crv = "", x = "", y = "", n = "", e = "" } = key.export({ format: "jwk" });
  if (kty === "OKP" && crv === "Ed25519") {
    const publicBlob = Buffer.concat([field("ssh-ed25519"), field(decoded(x))]);
    return { key, algorithm: "ssh-ed25519", publicBlob, comment };
  }
  if (kty === "RSA") {
    const publicBlob = Buffer.concat([field("ssh-rsa"), numberField(decoded(e)), numberField(decoded(n))]);
    return { key, algorithm: "ssh-rsa", publicBlob, comment };
  }
  const curve = curves[crv]?.ssh;
  if (curve === undefined) throw new UnusableKeyError(`is of a kind that is not understood: ${kty} ${crv}`.trimEnd());
  const point = Buffer.concat([Buffer.of(4), decoded(x), decoded(y)]);
  const publicBlob = Buffer.concat([field(`ecdsa-sha2-${curve}`), field(curve), field(point)]);
  return { key, algorithm: `ecdsa-sha2-${curve}`, publicBlob, comment };
}

/** What is left of the exponent for one of the primes: not in the file, and wanted by whoever computes with it. */
function remainder(exponent: Buffer, prime: Buffer): Buffer {
  const value = BigInt(`0x${exponent.toString("hex")}`) % (BigInt(`0x${prime.toString("hex")}`) - 1n);
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
}

function encoded(bytes: Buffer): string {
  return bytes.toString("base64url");
}

function decoded(text: string): Buffer {
  return Buffer.from(text, "base64url");
}
