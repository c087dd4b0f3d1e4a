/** What has happened to the tickets of a list since its page was rendered. Nothing is added to it or taken from it. */

import type { Ticket } from "@/lib/api/types";
import type { TicketStep } from "@/lib/live";

export type ListedTicket = Pick<Ticket, "id" | "title" | "price" | "version">;
export type ListedAvailability = "available" | "reserved" | "sold" | "withdrawn" | "gone";
export type Changes = {
  byId: Record<string, { ticket: ListedTicket; availability: ListedAvailability }>;
  newIds: string[];
};

export const NO_CHANGES: Changes = { byId: {}, newIds: [] };

const AVAILABILITY: Partial<Record<TicketStep, ListedAvailability>> = {
  reserved: "reserved",
  sold: "sold",
  withdrawn: "withdrawn",
};

/** The list's tickets, each in its place and as it is now. */
export function withChanges(tickets: ListedTicket[], { byId }: Changes) {
  return tickets.map((ticket) => {
    const change = byId[ticket.id];
    const isNewer = change !== undefined && change.ticket.version >= ticket.version;
    return isNewer ? change : { ticket, availability: "available" as const };
  });
}

/** How many tickets are on sale that the list does not have. */
export function countNew(tickets: ListedTicket[], { newIds }: Changes): number {
  const listed = idsOf(tickets);
  return newIds.filter((id) => !listed.has(id)).length;
}

export function withEvent(
  known: Changes,
  tickets: ListedTicket[],
  step: TicketStep,
  ticket: Ticket,
): Changes {
  const newIds = known.newIds.filter((id) => id !== ticket.id);
  if (step === "new") return { ...known, newIds: [...newIds, ticket.id] };
  const availability = AVAILABILITY[step] ?? "available";
  if (!idsOf(tickets).has(ticket.id)) return availability === "available" ? known : { ...known, newIds };
  const before = known.byId[ticket.id];
  // A sale does not raise the version, and may be told before the reservation that led to it.
  const isOld = before && (before.ticket.version > ticket.version || isSaleOf(before, ticket, availability));
  return isOld ? known : { ...known, byId: { ...known.byId, [ticket.id]: { ticket, availability } } };
}

/** After a new read of the list, of at most `limit` tickets on sale, newest first. */
export function withRead(known: Changes, tickets: ListedTicket[], read: Ticket[], limit: number): Changes {
  const byId = { ...known.byId };
  const found = new Map(read.map((ticket) => [ticket.id, ticket]));
  const lastId = read.length < limit ? "" : (read.at(-1)?.id ?? "");
  for (const listed of tickets) {
    const before = byId[listed.id];
    const latest = found.get(listed.id);
    if (latest && latest.version >= (before?.ticket.version ?? 0)) {
      byId[listed.id] = { ticket: latest, availability: "available" };
    } else if (!latest && listed.id > lastId && (before?.availability ?? "available") === "available") {
      byId[listed.id] = { ticket: before?.ticket ?? listed, availability: "gone" };
    }
  }
  const newest = tickets[0]?.id ?? "";
  return { byId, newIds: read.map(({ id }) => id).filter((id) => id > newest) };
}

function isSaleOf(
  before: Changes["byId"][string],
  ticket: Ticket,
  availability: ListedAvailability,
): boolean {
  const isSameVersion = before.ticket.version === ticket.version;
  return before.availability === "sold" && availability === "reserved" && isSameVersion;
}

function idsOf(tickets: ListedTicket[]): Set<string> {
  return new Set(tickets.map(({ id }) => id));
}
