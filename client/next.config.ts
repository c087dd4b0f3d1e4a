import path from "node:path";

import type { NextConfig } from "next";

/** Scalar writes style elements. */
const API_REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const config: NextConfig = {
  output: "standalone",
  // Next.js would otherwise look for the root at the topmost lock file.
  outputFileTracingRoot: path.resolve(import.meta.dirname),
  // The server in front of Next.js loads these only if traces are on, and Next.js does not know of it.
  outputFileTracingIncludes: {
    "/*": ["package.json", "build/src/**/*.js", "dist/**/*.cjs"].map(
      (files) => `node_modules/@opentelemetry/*/${files}`,
    ),
  },
  turbopack: { root: path.resolve(import.meta.dirname) },
  poweredByHeader: false,
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "referrer-policy", value: "strict-origin-when-cross-origin" },
        { key: "x-content-type-options", value: "nosniff" },
      ],
    },
    {
      source: "/api/docs/:path*",
      headers: [{ key: "content-security-policy", value: API_REFERENCE_POLICY }],
    },
  ],
  // The API reference is a static page in public/.
  rewrites: async () => [{ source: "/api/docs", destination: "/api/docs/index.html" }],
  // Paths of the original application.
  redirects: async () =>
    ["/signup", "/signin"].map((path) => ({ source: `/auth${path}`, destination: path, permanent: true })),
  reactStrictMode: true,
  // Saves a round trip for 6 KB of styles before the first paint.
  experimental: { inlineCss: true },
};

export default config;
