import { logError } from "../log";
import { isRetryable, isTimeout, request, unavailable, type ApiResult } from "./response";
import { apiUrl } from "./url";
import { visitorHeaders, type Visitor } from "./visitor";

/** A GET on behalf of a visitor. Failures of the service are logged. Server only. */
export async function readAs<T>(visitor: Visitor, path: string, timeoutMs: number): Promise<ApiResult<T>> {
  const result = await request<T>(apiUrl(path), {
    headers: { accept: "application/json", ...visitorHeaders(visitor) },
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (result.ok || !isRetryable(result.problem)) return result;
  logError("api.request_failed", { path, status: result.problem.status, error: describe(result) });
  // A failed connection between the two servers is not the user's.
  const isUnreachable = result.problem.status === 0 && !isTimeout(result.cause);
  return isUnreachable ? { ...result, problem: unavailable } : result;
}

/** "fetch failed: connect ECONNREFUSED 127.0.0.1:80", or the messages of an error response. */
function describe({ problem, cause }: Extract<ApiResult<unknown>, { ok: false }>): string {
  if (!(cause instanceof Error)) return problem.messages.join(" ");
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
