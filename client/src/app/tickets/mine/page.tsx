import type { Metadata } from "next";
import { Suspense } from "react";

import { TicketCard } from "@/components/tickets/ticket-card";
import { TicketGrid, TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import type { Standing } from "@/components/ui/pill";
import { Unavailable } from "@/components/ui/unavailable";
import { listMyTickets } from "@/lib/api/queries";
import { oneOf } from "@/lib/paging";
import { signedIn } from "@/lib/session";

export const metadata: Metadata = { title: "My tickets" };

const ON_SALE: Standing = { tone: "ok", text: "On sale" };
const TAKEN: Standing = { tone: "warn", text: "Reserved or sold" };

export default async function MyTicketsPage({ searchParams }: PageProps<"/tickets/mine">) {
  await signedIn("/tickets/mine");
  const after = oneOf((await searchParams).after);
  return (
    <>
      <Heading title="My tickets">What you sell, in every state.</Heading>
      <Suspense key={after} fallback={<TicketGridSkeleton />}>
        <MyTickets after={after} />
      </Suspense>
    </>
  );
}

async function MyTickets({ after }: { after?: string }) {
  const answer = await listMyTickets(after);
  if (!answer.ok) return <Unavailable problem={answer.problem} />;
  const { items, next } = answer.data;
  if (items.length === 0) {
    return (
      <Empty title="You are not selling anything yet">
        <p>A ticket needs a title and a price, no more.</p>
        <ButtonLink href="/tickets/new" look="primary">
          Sell a ticket
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      <TicketGrid>
        {items.map((ticket) => (
          <li key={ticket.id}>
            <TicketCard
              ticket={ticket}
              href={`/tickets/${ticket.id}`}
              standing={ticket.orderId ? TAKEN : ON_SALE}
            />
          </li>
        ))}
      </TicketGrid>
      <Pager path="/tickets/mine" after={after} next={next} label="Older tickets" />
    </>
  );
}
