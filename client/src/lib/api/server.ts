import "server-only";

import { headers } from "next/headers";

import { logError } from "@/lib/log";
import { apiUrl } from "@/lib/settings";

import { isRetryable, isTimeout, request, unavailable, type ApiResult } from "./response";

// The gateway waits up to 5 s for a restarting service.
const TIMEOUT_MS = 8_000;
// The Date header is rounded down to the second.
const DATE_ROUNDING_MS = 500;

/** A GET on the user's behalf: the cookie header is forwarded unchanged. Failures of the service are logged. */
export async function read<T>(path: string, timeoutMs = TIMEOUT_MS): Promise<ApiResult<T>> {
  const cookie = (await headers()).get("cookie");
  const result = await request<T>(apiUrl(path), {
    headers: { accept: "application/json", ...(cookie ? { cookie } : {}) },
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (result.ok || !isRetryable(result.problem)) return result;
  logError("api.request_failed", { path, status: result.problem.status, error: describe(result) });
  // A failed connection between the two servers is not the user's.
  const isUnreachable = result.problem.status === 0 && !isTimeout(result.cause);
  return isUnreachable ? { ...result, problem: unavailable } : result;
}

/** The service's clock when it responded, in milliseconds since the epoch; accurate to half a second. */
export function serverTime(response: { headers: Headers; receivedAt: number }): number {
  const date = Date.parse(response.headers.get("date") ?? "");
  return Number.isNaN(date) ? response.receivedAt : date + DATE_ROUNDING_MS;
}

/** "fetch failed: connect ECONNREFUSED 127.0.0.1:80", or the messages of an error response. */
function describe({ problem, cause }: Extract<ApiResult<unknown>, { ok: false }>): string {
  if (!(cause instanceof Error)) return problem.messages.join(" ");
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
