import path from "node:path";

import type { NextConfig } from "next";

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
  ],
  // Paths of the original application.
  redirects: async () =>
    ["/signup", "/signin"].map((path) => ({ source: `/auth${path}`, destination: path, permanent: true })),
  reactStrictMode: true,
  // Saves a round trip for 6 KB of styles before the first paint.
  experimental: { inlineCss: true },
};

export default config;
