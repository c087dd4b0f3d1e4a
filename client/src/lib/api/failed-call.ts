import { logError } from "../log";
import type { ApiResult } from "./response";

export type Call = {
  method: string;
  path: string;
  durationMs: number;
  traceparent: string | null | undefined;
  requestId: string | null | undefined;
};

/** One line about a call that a service did not answer, or with an error. Server only. */
export function logFailedCall(call: Call, result: Extract<ApiResult<unknown>, { ok: false }>): void {
  logError("api.request_failed", {
    method: call.method,
    path: pathTemplate(call.path),
    status: result.problem.status || null,
    error: describe(result),
    duration_ms: Math.round(call.durationMs),
    trace_id: call.traceparent?.split("-")[1] ?? null,
    request_id: call.requestId ?? null,
  });
}

/** Without ids, as services log it, and without the query, which may be what somebody has searched for. */
function pathTemplate(path: string): string {
  return path.replace(/\?.*/s, "").replaceAll(/(?<=\/)[0-9a-f]{24}(?=\/|$)/g, "{id}");
}

/** "fetch failed: connect ECONNREFUSED 127.0.0.1:80", or the messages of an error response. */
function describe({ problem, cause }: Extract<ApiResult<unknown>, { ok: false }>): string {
  if (!(cause instanceof Error)) return problem.messages.join(" ");
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
