/** API reads for server components. */
import "server-only";

import { cache } from "react";

import { listPath, nextCursor, totalCount } from "@/lib/paging";
import type { SearchQuery } from "@/lib/tickets/search";

import type { ApiResult } from "./response";
import { read } from "./server";
import type {
  Alert,
  Availability,
  Order,
  OrderDetails,
  OwnTicket,
  Sales,
  Ticket,
  TicketsSummary,
} from "./types";

/** `total`: how many items there are altogether, where the API says so. */
export type Page<T> = { items: T[]; next: string | null; total: number | null };

export const getTicket = cache((id: string) => read<Ticket>(`/api/tickets/${encodeURIComponent(id)}`));

export const getOrder = cache((id: string) => read<OrderDetails>(`/api/orders/${encodeURIComponent(id)}`));

export const listTickets = (search: SearchQuery, after?: string, limit?: number) =>
  list<Ticket>("/api/tickets", { ...search, after, limit });

export const listMyTickets = (after?: string, state?: Availability) =>
  list<OwnTicket>("/api/tickets", { seller: "me", state, after });

export const getTicketsSummary = () => read<TicketsSummary>("/api/tickets/summary");

export const getSales = () => read<Sales>("/api/orders/sales");

export const listMyOrders = (after?: string) => list<Order>("/api/orders", { after });

/** The user's alerts; those for one ticket are one or none. */
export const listMyAlerts = (query: { ticketId?: string; limit?: number } = {}) =>
  list<Alert>("/api/tickets/alerts", query);

async function list<T>(path: string, query: Parameters<typeof listPath>[1]): Promise<ApiResult<Page<T>>> {
  const result = await read<T[]>(listPath(path, query));
  if (!result.ok) return result;
  const { data: items, headers } = result;
  return { ...result, data: { items, next: nextCursor(headers), total: totalCount(headers) } };
}
