/** Tickets that their sellers withdrew. */

import type { ApiResult } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";

/** Whether the ticket is off sale for good. An order placed before the withdrawal was known comes first. */
export function isWithdrawn(ticket: Ticket): boolean {
  return Boolean(ticket.withdrawn) && !ticket.orderId;
}

/** The ticket as a new read has it. Others than its seller cannot read a withdrawn one. */
export function latestOf(known: Ticket, result: ApiResult<Ticket>): Ticket {
  if (result.ok) return result.data;
  return result.problem.status === 404 ? { ...known, orderId: undefined, withdrawn: true } : known;
}
