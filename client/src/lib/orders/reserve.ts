/** Reserving a ticket, with every way in which it can end. */

import { createOrder, fetchOrders } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import type { Order } from "@/lib/api/types";

/** The user's own order that holds or has bought a ticket. */
export type HeldOrder = { id: string; isPaid: boolean };

export type ReserveOutcome =
  | { kind: "reserved"; orderId: string }
  | { kind: "already-held"; order: HeldOrder }
  | { kind: "price-changed"; price: number }
  | { kind: "signed-out" }
  | { kind: "too-soon"; message: string; until: number }
  | { kind: "failed"; message: string };

/** Reserves the ticket at `price`, in major units. `until` is by the browser's clock, in milliseconds. */
export async function reserveTicket(ticketId: string, price: number): Promise<ReserveOutcome> {
  const result = await createOrder({ ticketId, price });
  if (result.ok) return { kind: "reserved", orderId: result.data.id };
  const { problem } = result;
  if (problem.status === 401) return { kind: "signed-out" };
  if (problem.currentPrice !== undefined) return { kind: "price-changed", price: problem.currentPrice };
  if (problem.status === 429 && problem.retryAfter) {
    return {
      kind: "too-soon",
      message: firstMessage(problem),
      until: Date.now() + problem.retryAfter * 1_000,
    };
  }
  // An earlier request of the user may have succeeded, such as one whose response was lost.
  const orders = await fetchOrders();
  const order = orders.ok ? heldOrder(orders.data, ticketId) : null;
  return order ? { kind: "already-held", order } : { kind: "failed", message: firstMessage(problem) };
}

/** The order among `orders` that holds or has bought the ticket. */
export function heldOrder(orders: Order[], ticketId: string): HeldOrder | null {
  const order = orders.find(({ ticket, status }) => ticket.id === ticketId && status !== "cancelled");
  return order ? { id: order.id, isPaid: order.status === "complete" } : null;
}
