/** Follows what happens elsewhere while a page is open. The only module that knows how changes arrive. */

import type { OrderDetails, Ticket } from "../api/types";
import { requestSessionCheck } from "../session-check";
import { Channel, type Subscriber } from "./channel";

export type { Subscriber } from "./channel";
export type TicketStep = (typeof STEPS)[number];

/** What each channel tells: everybody's tickets, or the signed-in user's own orders. */
export type LiveEvents = {
  tickets: { step: TicketStep; ticket: Ticket };
  orders: { order: OrderDetails };
};

const STEPS = ["new", "edited", "repriced", "reserved", "freed", "sold", "withdrawn"] as const;

const CHANNELS: { [C in keyof LiveEvents]: Channel<LiveEvents[C]> } = {
  tickets: new Channel("/api/tickets/stream", STEPS, (step, data) => ({
    step: step as TicketStep,
    ticket: data as Ticket,
  })),
  orders: new Channel("/api/orders/stream", ["order"], (_name, data) => ownOrder(data as OrderDetails)),
};

/**
 * Keeps the subscriber up to date while the page is visible; returns the function that ends it. A hidden page is left
 * alone, and refreshed once it is visible again. All subscribers of a channel share one connection.
 */
export function subscribe<C extends keyof LiveEvents>(
  channel: C,
  subscriber: Subscriber<LiveEvents[C]>,
): () => void {
  return CHANNELS[channel].add(subscriber);
}

/** Null for another user's: a stream, unlike other requests, cannot say for whom the page was rendered. */
function ownOrder(order: OrderDetails): LiveEvents["orders"] | null {
  if (order.userId === document.documentElement.dataset.user) return { order };
  requestSessionCheck();
  return null;
}
