/** Content codings, best first. */

import type { IncomingMessage } from "node:http";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export type Encoding = "br" | "gzip" | "identity";

export type Quality = { br: number; gzip: number };

/** The best of br and gzip that the request accepts, or identity. */
export function acceptedEncoding(request: IncomingMessage): Encoding {
  const accepted = String(request.headers["accept-encoding"] ?? "")
    .split(",")
    .map((coding) => coding.replaceAll(" ", "").toLowerCase())
    .filter((coding) => !/;q=0(\.0*)?$/.test(coding))
    .map((coding) => coding.replace(/;.*/, ""));
  return (["br", "gzip"] as const).find((encoding) => accepted.includes(encoding)) ?? "identity";
}

export function compress(text: string, encoding: Encoding, quality: Quality): Buffer {
  const bytes = Buffer.from(text);
  if (encoding === "identity") return bytes;
  if (encoding === "gzip") return gzipSync(bytes, { level: quality.gzip });
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality.br,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
