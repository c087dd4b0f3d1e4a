/** The build's static files: their names change with their contents, and they are compressed when the client is built. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";

import { acceptedEncoding, type Encoding } from "./encoding";

type File = { type: string } & Record<Encoding, Buffer | undefined>;

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the files in `directory` under `prefix`, from memory; returns false for any other request. */
export function staticFiles(directory: string, prefix: string) {
  const files = new Map<string, File>();
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const type = TYPES[path.extname(name)];
    if (type) files.set(prefix + name, readFile(path.join(directory, name), type));
  }
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const file = files.get((request.url ?? "").replace(/\?.*/, ""));
    if (!file || (request.method !== "GET" && request.method !== "HEAD")) return false;
    send(request, response, file);
    return true;
  };
}

function readFile(name: string, type: string): File {
  const read = (suffix: string) => (existsSync(name + suffix) ? readFileSync(name + suffix) : undefined);
  return { type, br: read(".br"), gzip: read(".gz"), identity: read("") };
}

function send(request: IncomingMessage, response: ServerResponse, file: File): void {
  const accepted = acceptedEncoding(request);
  const encoding = file[accepted] ? accepted : "identity";
  const body = file[encoding];
  response.writeHead(200, {
    "cache-control": "public, max-age=31536000, immutable",
    "content-length": body?.length,
    "content-type": file.type,
    ...(encoding !== "identity" && { "content-encoding": encoding }),
    "referrer-policy": "strict-origin-when-cross-origin",
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
