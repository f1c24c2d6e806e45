import { createHash } from "node:crypto";

/** A short digest of a text, "0123456789abcdef". */
export function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
