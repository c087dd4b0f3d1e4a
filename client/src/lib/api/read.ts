import { tracing } from "../tracing";
import { logFailedCall } from "./failed-call";
import { isRetryable, isTimeout, request, unavailable, type ApiResult } from "./response";
import { apiUrl } from "./url";
import { visitorHeaders, type Visitor } from "./visitor";

/** A GET on behalf of a visitor. Failures of the service are logged. Server only. */
export async function readAs<T>(visitor: Visitor, path: string, timeoutMs: number): Promise<ApiResult<T>> {
  const startedAt = performance.now();
  const url = apiUrl(path);
  const span = tracing()?.startCall("GET", url, visitor.traceparent);
  const traceparent = span?.traceparent ?? visitor.traceparent;
  const result = await request<T>(url, {
    headers: { accept: "application/json", ...visitorHeaders({ ...visitor, traceparent }) },
    cache: "no-store",
    signal: AbortSignal.timeout(timeoutMs),
  });
  span?.end(result.ok ? 200 : result.problem.status);
  if (result.ok || !isRetryable(result.problem)) return result;
  const { requestId } = visitor;
  logFailedCall(
    { method: "GET", path, durationMs: performance.now() - startedAt, traceparent, requestId },
    result,
  );
  // A failed connection between the two servers is not the user's.
  const isUnreachable = result.problem.status === 0 && !isTimeout(result.cause);
  return isUnreachable ? { ...result, problem: unavailable } : result;
}
