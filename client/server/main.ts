/** The web client's server: Next.js, and in front of it what can be served without rendering. */

import { root } from "./standalone";

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";

import next from "next";

import { logError } from "../src/lib/log";
import { setTracing } from "../src/lib/tracing";
import { VIEWER_STATE_HEADER } from "../src/lib/viewer-state";
import { installGracefulShutdown } from "./graceful-shutdown";
import { landingPage } from "./landing-page";
import { pageRoutes } from "./page-routes";
import { startRenderer } from "./renderer";
import { readableTarget, setRequestId, setSecurityHeaders } from "./requests";
import type { SpanRecorder } from "./span-recorder";
import { staticFiles } from "./static-files";
import { recordsTraces } from "./tracing-settings";

// Slow requests, and new connections on which nothing is sent, are cut.
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

// Kubernetes asks for it every few seconds.
const PROBED_PATH = "/robots.txt";

const hostname = process.env.HOSTNAME || "0.0.0.0";
const port = Number(process.env.PORT) || 3000;
const keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT) || 5_000;

async function main(): Promise<void> {
  const app = next({ dev: false, dir: root, hostname, port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const renderPage = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response).catch((error: unknown) => fail(response, error));
  const serveFile = staticFiles(path.join(root, ".next/static"), "/_next/static/");
  const serveLandingPage = landingPage(await startRenderer(renderPage), renderPage);
  const spans = await startTracing();
  const server = createServer({ ...TIMEOUTS, keepAliveTimeout }, (request, response) => {
    setSecurityHeaders(request, response);
    setRequestId(request, response);
    request.url = readableTarget(request.url ?? "");
    delete request.headers[VIEWER_STATE_HEADER]; // only the renderer may set it
    if (serveFile(request, response)) return;
    if (request.url !== PROBED_PATH) spans?.startRequest(request, response);
    if (!serveLandingPage(request, response)) renderPage(request, response);
  });
  installGracefulShutdown(server, async () => spans?.stop());
  server.listen(port, hostname);
}

/** Undefined if traces are off: the SDK is not even loaded then. */
async function startTracing(): Promise<SpanRecorder | undefined> {
  if (!recordsTraces(process.env)) return undefined;
  const { SpanRecorder } = await import("./span-recorder.js");
  const spans = new SpanRecorder(pageRoutes(path.join(root, ".next/routes-manifest.json")));
  setTracing(spans);
  return spans;
}

function fail(response: ServerResponse, error: unknown): void {
  logError("request.failed", { error: String(error) });
  if (!response.headersSent) response.writeHead(500);
  response.end();
}

void main();
