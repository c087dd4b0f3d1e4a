/** Checks an AsyncAPI document with the official parser: its structure and its references. */

import { readFile } from "node:fs/promises";

import { Parser } from "@asyncapi/parser";

// Not every tool reads 3.1 yet.
const IGNORED = "asyncapi-latest-version";

const [file] = process.argv.slice(2);
const { diagnostics } = await new Parser().parse(await readFile(file, "utf8"), { source: file });
const problems = diagnostics.filter(({ code }) => code !== IGNORED);
for (const { code, message, path, range } of problems)
  console.error(`${file}:${range.start.line + 1}: ${message} (${code}, ${path.join(".")})`);
process.exitCode = problems.length > 0 ? 1 : 0;
