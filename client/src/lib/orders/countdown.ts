/** The time that is left to pay, in words and figures. */

import type { Order } from "@/lib/api/types";
import { madeAt } from "@/lib/ids";

export const WARN_BELOW_MS = 2 * 60_000;
const SPOKEN_MINUTES = [5, 2, 1];

/**
 * Milliseconds that are left, and of how many, at the server's time `now`.
 *
 * The whole comes from the order itself: its id tells the second of its making, so what is over is of that second. Never
 * more than the whole is left, even while the server's clock is known to the second only.
 */
export function timeLeft(
  order: Pick<Order, "id" | "expiresAt">,
  now: number,
): { leftMs: number; wholeMs: number } {
  const expiresAt = Date.parse(order.expiresAt);
  const wholeMs = Math.max(1_000, Math.floor((expiresAt - madeAt(order.id)) / 1_000) * 1_000);
  return { leftMs: Math.min(Math.max(0, expiresAt - now), wholeMs), wholeMs };
}

/** "09:18"; an hour and more as "1:09:18". Rounded up: what shows 00:01 still has a moment. */
export function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${String(minutes).padStart(2, "0")}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** What to say to a screen reader when the time left went from `before` to `now`; null for nothing. */
export function announcement(before: number, now: number): string | null {
  if (before > 0 && now <= 0) return "The time to pay has run out.";
  const passed = SPOKEN_MINUTES.findLast((minutes) => before > minutes * 60_000 && now <= minutes * 60_000);
  return passed === undefined ? null : `${passed} ${passed === 1 ? "minute" : "minutes"} left to pay.`;
}

/** "15 minutes", "90 seconds", "1 hour": how long a reservation holds. */
export function formatWindow(seconds: number): string {
  const [amount, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, "hour"]
      : seconds % 60 === 0
        ? [seconds / 60, "minute"]
        : [seconds, "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
