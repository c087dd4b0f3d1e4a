/** Keys of requests (Idempotency-Key): sent again with its key, a request has no second effect. */

import { isOutcomeUnknown, type ApiResult } from "./response";

const unanswered = new Map<string, string>();

/**
 * Sends a request with a key that is the same until it is answered, on all pages: a double click and a retry after a
 * lost response are one request. `name` says what it would do.
 */
export async function sendOnce<T>(
  name: string,
  send: (key: string) => Promise<ApiResult<T>>,
): Promise<ApiResult<T>> {
  const key = unanswered.get(name) ?? newKey();
  unanswered.set(name, key);
  const result = await send(key);
  if (result.ok || !isOutcomeUnknown(result.problem)) unanswered.delete(name);
  return result;
}

/** The key of what a form sends: the same for one rendering of it, as with the back button, and the same fields. */
export function formKey(rendering: string, fields: unknown): string {
  return `${rendering}-${digest(JSON.stringify(fields))}`;
}

/** Random. Not `crypto.randomUUID`, which pages lack that come by plain HTTP. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** FNV-1a, 64 bits: it only has to tell apart what one person types into one form. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16);
}
