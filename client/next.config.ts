import path from "node:path";

import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  // Other lock files above this folder do not make it a part of them.
  outputFileTracingRoot: path.resolve(import.meta.dirname),
  turbopack: { root: path.resolve(import.meta.dirname) },
  poweredByHeader: false,
  reactStrictMode: true,
};

export default config;
