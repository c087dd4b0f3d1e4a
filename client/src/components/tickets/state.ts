/** The states of a seller's own tickets. */

import type { Status } from "@/components/ui/pill";
import type { Availability, OwnTicket, TicketsSummary } from "@/lib/api/types";

type State = { status: Status; total: keyof TicketsSummary };

export const STATES: Record<Availability, State> = {
  on_sale: { status: { tone: "ok", text: "On sale" }, total: "onSale" },
  reserved: { status: { tone: "warn", text: "Reserved" }, total: "reserved" },
  sold: { status: { tone: "plain", text: "Sold" }, total: "sold" },
  withdrawn: { status: { tone: "plain", text: "Withdrawn" }, total: "withdrawn" },
};

const UNKNOWN: Status = { tone: "plain", text: "Unknown" };

/** The state that a search parameter names, if it is one. */
export function stateOf(text: string | undefined): Availability | undefined {
  return text !== undefined && Object.hasOwn(STATES, text) ? (text as Availability) : undefined;
}

/** A state that a newer server added is not known. */
export function statusOf({ state }: OwnTicket): Status {
  const known = stateOf(state);
  return known ? STATES[known].status : UNKNOWN;
}
