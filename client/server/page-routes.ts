/** Which page of Next.js a path belongs to, for the names of spans: a path has ids, a route does not. */

import { readFileSync } from "node:fs";

type Route = { page: string; regex: string };
type Manifest = { staticRoutes: Route[]; dynamicRoutes: Route[] };

export type FindRoute = (path: string) => string | undefined;

/** From the build's routes-manifest.json. Pages without a path of their own, such as /_not-found, are left out. */
export function pageRoutes(file: string): FindRoute {
  const { staticRoutes, dynamicRoutes } = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const routes = [...staticRoutes, ...dynamicRoutes]
    .filter(({ page }) => !page.startsWith("/_"))
    .map(({ page, regex }) => ({ page, pattern: new RegExp(regex) }));
  return (path) => routes.find(({ pattern }) => pattern.test(path))?.page;
}
