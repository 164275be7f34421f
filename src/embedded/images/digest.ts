export { type Digest, digestOf, hexOf, isDigest, measured } from "../../registry/digest.ts";
