/** What came back from the backend: what was asked for, or a problem in words that a visitor may read. */

export type Problem = {
  /** HTTP status; 0 when no answer came at all. */
  status: number;
  /** What is not about one field. */
  messages: string[];
  /** What is about a field, by the field's name. */
  fields: Record<string, string>;
};

export type Answer<T> =
  | { ok: true; data: T; headers: Headers; sentAt: number; receivedAt: number }
  | { ok: false; problem: Problem };

type ErrorItem = { message: string; field?: string | null };

const UNREACHABLE = "We could not reach the box office. Check your connection and try again.";
const UNAVAILABLE = "The box office is not answering just now. Try again in a few seconds.";

export const unreachable: Problem = { status: 0, messages: [UNREACHABLE], fields: {} };

/** Whether the same request may well succeed a little later. */
export function mayPass(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** The first thing to tell, wherever it stands. */
export function firstMessage(problem: Problem): string {
  return problem.messages[0] ?? Object.values(problem.fields)[0] ?? UNAVAILABLE;
}

/** Sends a request and reads the answer; never throws. */
export async function ask<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  const sentAt = Date.now();
  try {
    const response = await fetch(url, init);
    const receivedAt = Date.now();
    const body = await readBody(response);
    if (!response.ok) return { ok: false, problem: problemOf(response.status, body) };
    return { ok: true, data: body as T, headers: response.headers, sentAt, receivedAt };
  } catch {
    return { ok: false, problem: unreachable };
  }
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // a proxy's page about an outage: the status tells enough
  }
}

/** Sorts the error envelope into fields and the rest. */
export function problemOf(status: number, body: unknown): Problem {
  const problem: Problem = { status, messages: [], fields: {} };
  for (const { message, field } of itemsOf(body)) {
    if (field) problem.fields[field] ??= sentence(message, field);
    else problem.messages.push(message);
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

/** "email must be …" reads better beside the field as "Must be …". */
function sentence(message: string, field: string): string {
  const rest = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
