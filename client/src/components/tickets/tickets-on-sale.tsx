"use client";

import { useRouter } from "next/navigation";
import type { ReactNode } from "react";

import { NewItems } from "@/components/ui/new-items";
import type { Status } from "@/components/ui/pill";
import { countNew, withChanges, type ListedAvailability, type ListedTicket } from "@/lib/tickets/changes";

import { TicketCard } from "./ticket-card";
import { TicketGrid } from "./ticket-grid";
import { useTicketChanges, type ListSource } from "./use-ticket-changes";

const STATUS: Record<ListedAvailability, Status> = {
  available: { tone: "ok", text: "Available" },
  reserved: { tone: "warn", text: "Reserved" },
  sold: { tone: "plain", text: "Sold" },
  withdrawn: { tone: "plain", text: "Withdrawn" },
  gone: { tone: "plain", text: "Not available now" },
};

type Props = { tickets: ListedTicket[]; source: ListSource; isNewest: boolean; empty: ReactNode };

/**
 * A list whose tickets change in their places while it is open. With `isNewest` it says how many new ones there are.
 *
 * A client component as a whole, so that the page carries four values per ticket beside the HTML.
 */
export function TicketsOnSale({ tickets, source, isNewest, empty }: Props) {
  const router = useRouter();
  const changes = useTicketChanges(tickets, source);
  function showNew() {
    window.scrollTo({ top: 0 });
    router.refresh();
  }
  return (
    <>
      {isNewest && <NewItems count={countNew(tickets, changes)} what="ticket" onShow={showNew} />}
      {tickets.length === 0 ? (
        empty
      ) : (
        <TicketGrid>
          {withChanges(tickets, changes).map(({ ticket: { id, title, price }, availability }) => (
            <li key={id}>
              <TicketCard
                id={id}
                title={title}
                price={price}
                href={`/tickets/${id}`}
                status={STATUS[availability]}
              />
            </li>
          ))}
        </TicketGrid>
      )}
    </>
  );
}
