/** The web client's server: Next.js, and in front of it what can be served without rendering. */

import { root } from "./standalone";

import { createServer } from "node:http";
import path from "node:path";

import next from "next";

import { VIEWER_STATE_HEADER } from "../src/lib/viewer-state";
import { installGracefulShutdown } from "./graceful-shutdown";
import { landingPage } from "./landing-page";
import { startRenderer } from "./renderer";
import { staticFiles } from "./static-files";

const hostname = process.env.HOSTNAME || "0.0.0.0";
const port = Number(process.env.PORT) || 3000;
const keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT) || 5_000;

async function main(): Promise<void> {
  const app = next({ dev: false, dir: root, hostname, port });
  await app.prepare();
  const render = app.getRequestHandler();
  const serveFile = await staticFiles(path.join(root, ".next/static"), "/_next/static/");
  const serveLandingPage = landingPage(await startRenderer(render), render);
  const server = createServer({ keepAliveTimeout }, (request, response) => {
    delete request.headers[VIEWER_STATE_HEADER]; // only the renderer may set it
    if (!serveFile(request, response) && !serveLandingPage(request, response)) void render(request, response);
  });
  installGracefulShutdown(server);
  server.listen(port, hostname);
}

void main();
