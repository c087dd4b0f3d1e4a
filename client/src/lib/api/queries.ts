/** API reads for server components. */
import "server-only";

import { cache } from "react";

import { listPath, nextCursor } from "@/lib/paging";

import type { ApiResult } from "./response";
import { read } from "./server";
import type { Availability, Order, OrderDetails, OwnTicket, Sales, Ticket, TicketsSummary } from "./types";

export type Page<T> = { items: T[]; next: string | null };

export const getTicket = cache((id: string) => read<Ticket>(`/api/tickets/${encodeURIComponent(id)}`));

export const getOrder = cache((id: string) => read<OrderDetails>(`/api/orders/${encodeURIComponent(id)}`));

export const listTickets = (after?: string, limit?: number) => list<Ticket>("/api/tickets", { after, limit });

export const listMyTickets = (after?: string, state?: Availability) =>
  list<OwnTicket>("/api/tickets", { seller: "me", state, after });

export const getTicketsSummary = () => read<TicketsSummary>("/api/tickets/summary");

export const getSales = () => read<Sales>("/api/orders/sales");

export const listMyOrders = (after?: string) => list<Order>("/api/orders", { after });

async function list<T>(path: string, query: Parameters<typeof listPath>[1]): Promise<ApiResult<Page<T>>> {
  const result = await read<T[]>(listPath(path, query));
  return result.ok ? { ...result, data: { items: result.data, next: nextCursor(result.headers) } } : result;
}
