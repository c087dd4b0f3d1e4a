/** Puts what the standalone server serves by itself beside it: `next build` leaves that to others. */

import { cpSync, existsSync, rmSync } from "node:fs";

const STANDALONE = ".next/standalone";

for (const [from, to] of [
  [".next/static", `${STANDALONE}/.next/static`],
  ["public", `${STANDALONE}/public`],
]) {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}
