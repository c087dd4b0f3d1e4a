import "server-only";

import { headers } from "next/headers";

import { apiUrl } from "@/lib/settings";

import { ask, type Answer } from "./answer";

// The gateway waits up to 5 s for a service that is restarting.
const PATIENCE_MS = 8_000;
// The Date header is rounded down to the second.
const HALF_A_SECOND_MS = 500;

/** A GET on behalf of the visitor: the cookie header goes on as it came, byte by byte. */
export async function read<T>(path: string, patienceMs = PATIENCE_MS): Promise<Answer<T>> {
  const cookie = (await headers()).get("cookie");
  return ask<T>(apiUrl(path), {
    headers: { accept: "application/json", ...(cookie ? { cookie } : {}) },
    cache: "no-store",
    signal: AbortSignal.timeout(patienceMs),
  });
}

/** The moment at which the service answered, by its own clock, in milliseconds since 1970; right to half a second. */
export function serverTime(answer: { headers: Headers; receivedAt: number }): number {
  const date = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(date) ? answer.receivedAt : date + HALF_A_SECOND_MS;
}
