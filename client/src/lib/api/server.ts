import "server-only";

import { headers } from "next/headers";

import { readAs } from "./read";
import type { ApiResult } from "./response";
import { visitorOf } from "./visitor";

// The gateway waits up to 5 s for a restarting service.
const TIMEOUT_MS = 8_000;
// The Date header is rounded down to the second.
const DATE_ROUNDING_MS = 500;

/** A GET on behalf of the user whose request is being rendered. */
export async function read<T>(path: string): Promise<ApiResult<T>> {
  return readAs<T>(visitorOf(await headers()), path, TIMEOUT_MS);
}

/** The service's clock when it responded, in milliseconds since the epoch; accurate to half a second. */
export function serverTime(response: { headers: Headers; receivedAt: number }): number {
  const date = Date.parse(response.headers.get("date") ?? "");
  return Number.isNaN(date) ? response.receivedAt : date + DATE_ROUNDING_MS;
}
