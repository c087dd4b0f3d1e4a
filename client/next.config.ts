import path from "node:path";

import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  // Other lock files above this folder do not make it a part of them.
  outputFileTracingRoot: path.resolve(import.meta.dirname),
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
  reactStrictMode: true,
  // 6 KB that the first picture would wait another round trip for.
  experimental: { inlineCss: true },
};

export default config;
