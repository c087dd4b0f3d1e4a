/** The build's static files: their names change with their contents, and they are compressed when the client is built. */

import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";

import { acceptedEncoding, type Encoding } from "./encoding";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const SUFFIXES: Record<Encoding, string> = { br: ".br", gzip: ".gz", identity: "" };

/** Serves the files in `directory` under `prefix`, each read once; returns false for any other request. */
export async function staticFiles(directory: string, prefix: string) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name))),
  );
  const contents = new Map<string, Promise<Buffer>>();

  function read(name: string): Promise<Buffer> {
    const content = contents.get(name) ?? readFile(path.join(directory, name));
    contents.set(name, content);
    return content;
  }

  async function send(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const accepted = acceptedEncoding(request);
    const encoding = names.has(name + SUFFIXES[accepted]) ? accepted : "identity";
    const body = await read(name + SUFFIXES[encoding]);
    response.writeHead(200, {
      "cache-control": "public, max-age=31536000, immutable",
      "content-length": body.length,
      "content-type": TYPES[path.extname(name)],
      ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
      "referrer-policy": "strict-origin-when-cross-origin",
      vary: "Accept-Encoding",
      "x-content-type-options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const [url = ""] = (request.url ?? "").split("?");
    const name = url.startsWith(prefix) ? url.slice(prefix.length) : "";
    const isServed = isRead(request) && names.has(name) && path.extname(name) in TYPES;
    if (isServed) void send(request, response, name);
    return isServed;
  };
}

function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}
