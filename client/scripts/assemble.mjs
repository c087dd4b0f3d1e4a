/** What `next build` leaves to others: a hint for the browser, and the standalone server's own files beside it. */

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const BUILT = ".next";
const STANDALONE = ".next/standalone";

/**
 * Asks V8 (Chromium 136 and later; others see a comment) to compile the functions of a script when it comes, on a thread
 * of its own. Else each is compiled where it is first called, in the one long task in which React takes over the page.
 * For what every page runs at once: Next.js and React. https://v8.dev/blog/explicit-compile-hints
 */
const COMPILE_HINT = "//# allFunctionsCalledOnLoad\n";

const { rootMainFiles } = JSON.parse(readFileSync(`${BUILT}/build-manifest.json`, "utf8"));
for (const file of rootMainFiles) {
  const script = readFileSync(`${BUILT}/${file}`, "utf8");
  if (!script.startsWith(COMPILE_HINT)) writeFileSync(`${BUILT}/${file}`, COMPILE_HINT + script);
}

for (const [from, to] of [
  [`${BUILT}/static`, `${STANDALONE}/.next/static`],
  ["public", `${STANDALONE}/public`],
]) {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}
