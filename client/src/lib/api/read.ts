import { logFailedCall } from "./failed-call";
import { isRetryable, isTimeout, request, unavailable, type ApiResult } from "./response";
import { apiUrl } from "./url";
import { visitorHeaders, type Visitor } from "./visitor";

/** A GET on behalf of a visitor. Failures of the service are logged. Server only. */
export async function readAs<T>(visitor: Visitor, path: string, timeoutMs: number): Promise<ApiResult<T>> {
  const startedAt = performance.now();
  const result = await request<T>(apiUrl(path), {
    headers: { accept: "application/json", ...visitorHeaders(visitor) },
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (result.ok || !isRetryable(result.problem)) return result;
  const { requestId } = visitor;
  logFailedCall(
    { method: "GET", path, durationMs: performance.now() - startedAt, traceparent: null, requestId },
    result,
  );
  // A failed connection between the two servers is not the user's.
  const isUnreachable = result.problem.status === 0 && !isTimeout(result.cause);
  return isUnreachable ? { ...result, problem: unavailable } : result;
}
