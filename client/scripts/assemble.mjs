/** Completes the standalone server after `next build`: the static files, compressed, and the server in front of Next.js. */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const STANDALONE = ".next/standalone";

for (const [from, to] of [
  [".next/static", `${STANDALONE}/.next/static`],
  ["public", `${STANDALONE}/public`],
]) {
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}

for (const name of readdirSync(`${STANDALONE}/.next/static`, { recursive: true, encoding: "utf8" })) {
  if (!/\.(css|js|svg)$/.test(name)) continue;
  const file = `${STANDALONE}/.next/static/${name}`;
  const content = readFileSync(file);
  // Both at their best: slow, but only once.
  writeFileSync(`${file}.br`, brotliCompressSync(content));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

// Replaces the entry point that `next build` has generated.
writeFileSync(`${STANDALONE}/server.js`, 'require("./server/main.js");\n');
