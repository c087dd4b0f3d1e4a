/** Follows what happens elsewhere while a page is open. The only module that knows how changes arrive. */

import type { Order, Ticket } from "./api/types";
import { pollWhileVisible } from "./poll";

export type TicketStep = "new" | "edited" | "repriced" | "reserved" | "freed" | "sold" | "withdrawn";

/** What each channel tells: everybody's tickets, or the signed-in user's own orders. */
export type LiveEvents = {
  tickets: { step: TicketStep; ticket: Ticket };
  orders: { order: Order };
};

export type Subscriber<E> = {
  /** A change, soon after it happened; some arrive twice. Not called while there is no stream. */
  onEvent: (event: E) => void;
  /**
   * Reads again what the page shows. Called at once, whenever events may have been missed, and every `pollMs` while
   * there is no stream.
   */
  refresh: () => Promise<unknown>;
  pollMs: number;
};

/**
 * Keeps the subscriber up to date while the page is visible; returns the function that ends it. A hidden page is left
 * alone, and refreshed once it is visible again.
 */
export function subscribe<C extends keyof LiveEvents>(
  _channel: C,
  { refresh, pollMs }: Subscriber<LiveEvents[C]>,
): () => void {
  return pollWhileVisible(async () => {
    await refresh();
    return pollMs;
  }, 0);
}
