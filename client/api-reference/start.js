/** Shows the documents. Everything that would send a request to another host is off. */

/* global Scalar */
Scalar.createApiReference("#reference", {
  sources: [
    { title: "HTTP API", slug: "http", url: "/api/docs/openapi.json", default: true },
    { title: "Events", slug: "events", url: "/api/docs/asyncapi.yaml" },
  ],
  agent: { disabled: true },
  mcp: { disabled: true },
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  persistAuth: false,
  defaultOpenAllTags: false,
});
