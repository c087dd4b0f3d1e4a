import "server-only";

import { headers } from "next/headers";

import { apiUrl } from "@/lib/settings";

import { ask, type Answer } from "./answer";

// The gateway waits up to 5 s for a service that is restarting.
const PATIENCE_MS = 8_000;

/** A GET on behalf of the visitor: the cookie header goes on as it came, byte by byte. */
export async function read<T>(path: string, patienceMs = PATIENCE_MS): Promise<Answer<T>> {
  const cookie = (await headers()).get("cookie");
  return ask<T>(apiUrl() + path, {
    headers: { accept: "application/json", ...(cookie ? { cookie } : {}) },
    cache: "no-store",
    signal: AbortSignal.timeout(patienceMs),
  });
}

/** The moment at which the service answered, by its own clock (whole seconds), in milliseconds since 1970. */
export function serverTime(answer: { headers: Headers; receivedAt: number }): number {
  const date = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(date) ? answer.receivedAt : date;
}
