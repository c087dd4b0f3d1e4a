/** Prepares the process as the entry point that `next build` generates does; imported before Next.js. */

import { readFileSync } from "node:fs";
import path from "node:path";

/** Where the build is: `.next`, `node_modules` and this server. */
export const root = path.resolve(__dirname, "..");

const manifest = readFileSync(path.join(root, ".next/required-server-files.json"), "utf8");

process.chdir(root);
Object.assign(process.env, {
  NODE_ENV: "production",
  __NEXT_PRIVATE_STANDALONE_CONFIG: JSON.stringify(JSON.parse(manifest).config),
});
