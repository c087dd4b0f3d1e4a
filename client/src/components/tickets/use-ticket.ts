"use client";

import { useEffect, useState } from "react";

import { fetchOrders, fetchTicket } from "@/lib/api/browser";
import type { Ticket } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { newerOf } from "@/lib/newer";
import { heldOrder, type HeldOrder } from "@/lib/orders/reserve";
import { latestOf } from "@/lib/tickets/withdrawal";

import type { Viewer } from "./ticket-view";

const POLL_MS = 3_000;

type State = { ticket: Ticket; order: HeldOrder | null };
type LatestTicket = State & { isSold: boolean };

/**
 * The ticket and the viewer's own order of it, kept up to date while the page is open; and whether it was sold meanwhile,
 * which only the event of the sale tells.
 *
 * Read at once, because the page may come from the browser's history, and when a buyer's ticket is reserved or sold. Both
 * are read together: without the order, the viewer's own reservation would look like someone else's.
 */
export function useTicket(initial: Ticket, viewer: Viewer): LatestTicket {
  const initialOrder = viewer.kind === "buyer" ? viewer.order : null;
  const [state, setState] = useState<State>({ ticket: initial, order: initialOrder });
  const [soldOrderId, setSoldOrderId] = useState<string>();
  const isBuyer = viewer.kind === "buyer";
  useEffect(() => {
    async function refresh() {
      const [ticket, orders] = await Promise.all([
        fetchTicket(initial.id),
        isBuyer ? fetchOrders() : undefined,
      ]);
      setState((known) => {
        const latest = newerOf(known.ticket, latestOf(known.ticket, ticket));
        if (orders === undefined) return { ticket: latest, order: null };
        if (!orders.ok) return known;
        // Older than the newest orders, but still the ticket's.
        const keeps = known.order !== null && known.order.id === latest.orderId;
        return { ticket: latest, order: heldOrder(orders.data, initial.id) ?? (keeps ? known.order : null) };
      });
    }
    return subscribe("tickets", {
      refresh,
      pollMs: POLL_MS,
      onEvent: ({ step, ticket }) => {
        if (ticket.id !== initial.id) return;
        if (step === "sold") setSoldOrderId(ticket.orderId);
        if (isBuyer && ticket.orderId) void refresh();
        else setState((known) => ({ ticket: newerOf(known.ticket, ticket), order: null }));
      },
    });
  }, [initial.id, isBuyer]);
  const ticket = initial.version > state.ticket.version ? initial : state.ticket;
  return { ...state, ticket, isSold: ticket.orderId !== undefined && ticket.orderId === soldOrderId };
}
