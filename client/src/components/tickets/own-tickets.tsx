import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import type { Availability, OwnTicket } from "@/lib/api/types";

import { STATES, statusOf } from "./state";
import { TicketCard } from "./ticket-card";
import { TicketGrid } from "./ticket-grid";

/** A page of the seller's tickets, each with its state. */
export function OwnTickets({ tickets }: { tickets: OwnTicket[] }) {
  return (
    <TicketGrid>
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <TicketCard
            id={ticket.id}
            title={ticket.title}
            price={ticket.price}
            href={`/tickets/${ticket.id}`}
            status={statusOf(ticket)}
            until={ticket.reservedUntil ? Date.parse(ticket.reservedUntil) : undefined}
          />
        </li>
      ))}
    </TicketGrid>
  );
}

export function NoOwnTickets({ path, state }: { path: string; state?: Availability }) {
  if (state) {
    return (
      <EmptyState title={`None of your tickets is ${STATES[state].status.text.toLowerCase()}`}>
        <ButtonLink href={path}>Show all my tickets</ButtonLink>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="You have not put any tickets on sale yet">
      <p>All a ticket needs is a title and a price.</p>
      <ButtonLink href="/tickets/new" variant="primary">
        Sell a ticket
      </ButtonLink>
    </EmptyState>
  );
}
