/**
 * Compares the API documents and the events' schemas with those of the previous release, and fails when clients or services
 * of that release would break. A deliberate break is accepted by its line in accepted-changes.txt.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { breakingEvent, breakingRoutes } from "./compatibility.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const API = "docs/api";
// Where the documents were in earlier releases.
const EARLIER_API = "client/openapi";
const CONTRACT = "common/contract";

const commit = read("infra/release/previous-release").trim();
const accepted = new Set(
  read("infra/docs/accepted-changes.txt")
    .split("\n")
    .filter((line) => line && !line.startsWith("#")),
);
const changes = [...api(), ...contract()];
report(
  "breaks what the previous release can do",
  changes.filter((change) => !accepted.has(change)),
);
report(
  "is accepted, but does not happen",
  [...accepted].filter((change) => !changes.includes(change)),
);

function api() {
  const folder = listed(API).some((name) => name.endsWith(".openapi.json")) ? API : EARLIER_API;
  const services = listed(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.split(".")[0]);
  const suffix = folder === API ? ".openapi.json" : ".json";
  return services.flatMap((service) =>
    compared(`${folder}/${service}${suffix}`, `${API}/${service}.openapi.json`, breakingRoutes),
  );
}

function contract() {
  return listed(CONTRACT).flatMap((name) =>
    compared(`${CONTRACT}/${name}`, `${CONTRACT}/${name}`, breakingEvent),
  );
}

function compared(older, newer, breaking) {
  if (!existsSync(path.join(ROOT, newer))) return [`${newer}: remove`];
  return breaking(JSON.parse(git("show", `${commit}:${older}`)), JSON.parse(read(newer))).map(
    (change) => `${newer}: ${change}`,
  );
}

/** The names of the files in a folder of the previous release. */
function listed(folder) {
  return git("ls-tree", "--name-only", `${commit}:./`, `${folder}/`)
    .split("\n")
    .filter(Boolean)
    .map((name) => path.basename(name));
}

function git(...args) {
  try {
    return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  } catch (error) {
    console.error(
      `git ${args.join(" ")} failed: ${commit}, in infra/release/previous-release, must be in this clone`,
    );
    throw error;
  }
}

function read(file) {
  return readFileSync(path.join(ROOT, file), "utf8");
}

function report(what, found) {
  for (const change of found) console.error(`${change} ${what}`);
  if (found.length > 0) process.exitCode = 1;
}
