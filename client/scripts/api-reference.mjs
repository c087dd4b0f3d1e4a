/** Writes the files of /api/docs to public/: the page, the documents that it shows, and Scalar's browser build. */

import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const SCALAR = "node_modules/@scalar/api-reference/dist/browser/standalone.js";
const FOLDER = "public/api/docs";

rmSync(FOLDER, { recursive: true, force: true });
cpSync("api-reference", FOLDER, { recursive: true });
// The source map, twenty megabytes, stays behind.
const script = readFileSync(SCALAR, "utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
writeFileSync(`${FOLDER}/reference.js`, script);
