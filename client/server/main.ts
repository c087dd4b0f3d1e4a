/** The web client's server: Next.js, and in front of it what can be served without rendering. */

import { root } from "./standalone";

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";

import next from "next";

import { logError } from "../src/lib/log";
import { VIEWER_STATE_HEADER } from "../src/lib/viewer-state";
import { installGracefulShutdown } from "./graceful-shutdown";
import { landingPage } from "./landing-page";
import { startRenderer } from "./renderer";
import { readableTarget, setRequestId, setSecurityHeaders } from "./requests";
import { staticFiles } from "./static-files";

// Slow requests, and new connections on which nothing is sent, are cut.
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

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
  const server = createServer({ ...TIMEOUTS, keepAliveTimeout }, (request, response) => {
    setSecurityHeaders(request, response);
    setRequestId(request, response);
    request.url = readableTarget(request.url ?? "");
    delete request.headers[VIEWER_STATE_HEADER]; // only the renderer may set it
    if (!serveFile(request, response) && !serveLandingPage(request, response)) renderPage(request, response);
  });
  installGracefulShutdown(server);
  server.listen(port, hostname);
}

function fail(response: ServerResponse, error: unknown): void {
  logError("request.failed", { error: String(error) });
  if (!response.headersSent) response.writeHead(500);
  response.end();
}

void main();
