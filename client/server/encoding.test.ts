import type { IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { acceptedEncoding } from "./encoding";

test.each([
  ["gzip, deflate, br, zstd", "br"],
  ["GZIP;q=0.5", "gzip"],
  ["br;q=0, gzip; q=1.0", "gzip"],
  ["gzip;q=0.000", "identity"],
  [undefined, "identity"],
])("%j is answered with %s", (accepted, encoding) => {
  const request = { headers: { "accept-encoding": accepted } } as IncomingMessage;
  expect(acceptedEncoding(request)).toBe(encoding);
});
