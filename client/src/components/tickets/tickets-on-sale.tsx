"use client";

import type { Status } from "@/components/ui/pill";
import type { Ticket } from "@/lib/api/types";

import { TicketCard } from "./ticket-card";
import { TicketGrid } from "./ticket-grid";

const AVAILABLE: Status = { tone: "ok", text: "Available" };

/** A client component as a whole, so that the page carries three values per ticket beside the HTML. */
export function TicketsOnSale({ tickets }: { tickets: Pick<Ticket, "id" | "title" | "price">[] }) {
  return (
    <TicketGrid>
      {tickets.map(({ id, title, price }) => (
        <li key={id}>
          <TicketCard id={id} title={title} price={price} href={`/tickets/${id}`} status={AVAILABLE} />
        </li>
      ))}
    </TicketGrid>
  );
}
