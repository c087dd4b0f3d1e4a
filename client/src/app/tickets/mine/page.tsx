import type { Metadata } from "next";
import { Suspense } from "react";

import { TicketCard } from "@/components/tickets/ticket-card";
import { TicketGrid, TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import type { Status } from "@/components/ui/pill";
import { Unavailable } from "@/components/ui/unavailable";
import { listMyTickets } from "@/lib/api/queries";
import { firstOf } from "@/lib/paging";
import { requireSession } from "@/lib/session";

export const metadata: Metadata = { title: "My tickets" };

const ON_SALE: Status = { tone: "ok", text: "On sale" };
const RESERVED: Status = { tone: "warn", text: "Reserved or sold" };

export default async function MyTicketsPage({ searchParams }: PageProps<"/tickets/mine">) {
  await requireSession("/tickets/mine");
  const after = firstOf((await searchParams).after);
  return (
    <>
      <Heading title="My tickets">Everything that you have put on sale.</Heading>
      <Suspense key={after} fallback={<TicketGridSkeleton />}>
        <MyTickets after={after} />
      </Suspense>
    </>
  );
}

async function MyTickets({ after }: { after?: string }) {
  const result = await listMyTickets(after);
  if (!result.ok) return <Unavailable problem={result.problem} />;
  const { items, next } = result.data;
  if (items.length === 0) {
    return (
      <EmptyState title="You have not put any tickets on sale yet">
        <p>All a ticket needs is a title and a price.</p>
        <ButtonLink href="/tickets/new" variant="primary">
          Sell a ticket
        </ButtonLink>
      </EmptyState>
    );
  }
  return (
    <>
      <TicketGrid>
        {items.map((ticket) => (
          <li key={ticket.id}>
            <TicketCard
              id={ticket.id}
              title={ticket.title}
              price={ticket.price}
              href={`/tickets/${ticket.id}`}
              status={ticket.orderId ? RESERVED : ON_SALE}
            />
          </li>
        ))}
      </TicketGrid>
      <Pager path="/tickets/mine" after={after} next={next} label="Older tickets" />
    </>
  );
}
