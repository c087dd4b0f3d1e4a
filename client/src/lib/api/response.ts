/** Responses of the API: the data, or a problem described in text that can be shown to the user. */

export type Problem = {
  /** HTTP status; 0 when there was no response. */
  status: number;
  /** Errors that are not about a field. */
  messages: string[];
  /** Errors by field name. */
  fields: Record<string, string>;
  /** The ticket's price now, in major units, when an order was refused because it had changed. */
  currentPrice?: number;
  /** Seconds until the same request may succeed, where the server says so. */
  retryAfter?: number;
};

export type ApiResult<T> =
  | { ok: true; data: T; headers: Headers; sentAt: number; receivedAt: number }
  | { ok: false; problem: Problem; cause?: unknown };

type ErrorItem = { message: string; field?: string | null; currentPrice?: number };

const UNREACHABLE = "We could not reach the server. Check your connection and try again.";
const TIMED_OUT = "The server took too long to respond. Try again in a few seconds.";
const UNAVAILABLE = "Service temporarily unavailable. Try again in a few seconds.";

export const unavailable: Problem = { status: 503, messages: [UNAVAILABLE], fields: {} };

/** Whether the same request may succeed later. */
export function isRetryable(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** Whether the server may have done what was requested. */
export function isOutcomeUnknown(problem: Problem): boolean {
  return problem.status === 0 || problem.status >= 500;
}

/** The first error message, of a field or not. */
export function firstMessage(problem: Problem): string {
  return problem.messages[0] ?? Object.values(problem.fields)[0] ?? UNAVAILABLE;
}

/** Sends a request and parses the response; never throws. */
export async function request<T>(url: string, init: RequestInit): Promise<ApiResult<T>> {
  const sentAt = Date.now();
  try {
    const response = await fetch(url, init);
    const receivedAt = Date.now();
    const body = await readBody(response);
    if (!response.ok) return { ok: false, problem: toProblem(response.status, body, response.headers) };
    return { ok: true, data: body as T, headers: response.headers, sentAt, receivedAt };
  } catch (cause) {
    const message = isTimeout(cause) ? TIMED_OUT : UNREACHABLE;
    return { ok: false, problem: { status: 0, messages: [message], fields: {} }, cause };
  }
}

/** Whether a request was aborted by `AbortSignal.timeout`. */
export function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "TimeoutError";
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // an HTML error page of a proxy: the status is enough
  }
}

/** Splits the error envelope into errors by field and the rest. */
export function toProblem(status: number, body: unknown, headers?: Headers): Problem {
  const problem: Problem = { status, messages: [], fields: {} };
  const retryAfter = Number(headers?.get("retry-after") ?? NaN);
  if (retryAfter > 0) problem.retryAfter = retryAfter;
  for (const { message, field, currentPrice } of itemsOf(body)) {
    if (field) problem.fields[field] ??= sentence(message, field);
    else problem.messages.push(message);
    if (currentPrice !== undefined) problem.currentPrice = currentPrice;
  }
  if (problem.messages.length === 0 && Object.keys(problem.fields).length === 0)
    problem.messages.push(UNAVAILABLE);
  return problem;
}

function itemsOf(body: unknown): ErrorItem[] {
  if (typeof body !== "object" || body === null || !("errors" in body) || !Array.isArray(body.errors))
    return [];
  return body.errors.filter(isItem);
}

function isItem(value: unknown): value is ErrorItem {
  return (
    typeof value === "object" && value !== null && "message" in value && typeof value.message === "string"
  );
}

/** "email must be …" reads better next to the field as "Must be …". */
function sentence(message: string, field: string): string {
  const rest = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
