import "server-only";

import { headers } from "next/headers";

import { apiUrl } from "@/lib/settings";

import { request, type ApiResult } from "./response";

// The gateway waits up to 5 s for a restarting service.
const TIMEOUT_MS = 8_000;
// The Date header is rounded down to the second.
const DATE_ROUNDING_MS = 500;

/** A GET on the user's behalf: the cookie header is forwarded unchanged. */
export async function read<T>(path: string, timeoutMs = TIMEOUT_MS): Promise<ApiResult<T>> {
  const cookie = (await headers()).get("cookie");
  return request<T>(apiUrl(path), {
    headers: { accept: "application/json", ...(cookie ? { cookie } : {}) },
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
}

/** The service's clock when it responded, in milliseconds since the epoch; accurate to half a second. */
export function serverTime(result: { headers: Headers; receivedAt: number }): number {
  const date = Date.parse(result.headers.get("date") ?? "");
  return Number.isNaN(date) ? result.receivedAt : date + DATE_ROUNDING_MS;
}
