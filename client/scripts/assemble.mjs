/** Copies the static files into the standalone server, which `next build` leaves to the deployer. */

import { cpSync, existsSync, rmSync } from "node:fs";

const STANDALONE = ".next/standalone";

for (const [from, to] of [
  [".next/static", `${STANDALONE}/.next/static`],
  ["public", `${STANDALONE}/public`],
]) {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}
