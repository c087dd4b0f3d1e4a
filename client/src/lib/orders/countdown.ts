/** The time left to pay, as numbers and text. */

import type { Order } from "@/lib/api/types";
import { createdAt } from "@/lib/ids";

export const WARN_BELOW_MS = 2 * 60_000;
const ANNOUNCED_MINUTES = [5, 2, 1];

/**
 * The milliseconds left and the total at the server's time `now`.
 *
 * The total is the order's own: its expiry minus its creation time, which its id gives to the second. The time left never
 * exceeds it, although the server's clock is known only to the second.
 */
export function timeLeft(
  order: Pick<Order, "id" | "expiresAt">,
  now: number,
): { remainingMs: number; totalMs: number } {
  const expiresAt = Date.parse(order.expiresAt);
  const totalMs = Math.max(1_000, Math.floor((expiresAt - createdAt(order.id)) / 1_000) * 1_000);
  return { remainingMs: Math.min(Math.max(0, expiresAt - now), totalMs), totalMs };
}

/** "09:18", or "1:09:18" from an hour on. Rounded up, so that 00:00 means that the time is up. */
export function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${String(minutes).padStart(2, "0")}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** The screen reader announcement when the time left goes from `before` to `now`, or null. */
export function announcement(before: number, now: number): string | null {
  if (before > 0 && now <= 0) return "The time to pay has run out.";
  const passed = ANNOUNCED_MINUTES.findLast(
    (minutes) => before > minutes * 60_000 && now <= minutes * 60_000,
  );
  return passed === undefined ? null : `${passed} ${passed === 1 ? "minute" : "minutes"} left to pay.`;
}

/** "15 minutes", "90 seconds", "1 hour". */
export function formatDuration(seconds: number): string {
  const [amount, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, "hour"]
      : seconds % 60 === 0
        ? [seconds / 60, "minute"]
        : [seconds, "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
