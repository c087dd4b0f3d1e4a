import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect, test } from "vitest";

import { pageRoutes } from "./page-routes";

const MANIFEST = {
  staticRoutes: [
    { page: "/", regex: "^/(?:/)?$" },
    { page: "/_not-found", regex: "^/_not\\-found(?:/)?$" },
    { page: "/tickets/new", regex: "^/tickets/new(?:/)?$" },
  ],
  dynamicRoutes: [{ page: "/tickets/[id]", regex: "^/tickets/([^/]+?)(?:/)?$" }],
};

test("a path belongs to its page, static ones first, or to none", () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "routes-")), "routes-manifest.json");
  writeFileSync(file, JSON.stringify(MANIFEST));
  const find = pageRoutes(file);
  expect(["/", "/tickets/new", "/tickets/65f0a1", "/_not-found", "/wp-login.php"].map(find)).toEqual([
    "/",
    "/tickets/new",
    "/tickets/[id]",
    undefined,
    undefined,
  ]);
});
