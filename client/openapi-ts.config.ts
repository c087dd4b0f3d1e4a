import { defineConfig } from "@hey-api/openapi-ts";

/** Types only, one folder per service; requests go through `src/lib/api`. */
export default defineConfig(
  ["auth", "tickets", "orders", "payments"].map((service) => ({
    input: `../docs/api/${service}.openapi.json`,
    output: { path: `${process.env.TYPES_DIR ?? "./src/lib/api/generated"}/${service}` },
    plugins: ["@hey-api/typescript" as const],
    logs: { level: "silent" as const },
  })),
);
