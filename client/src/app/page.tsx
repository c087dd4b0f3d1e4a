import { Suspense } from "react";

import { SearchBox } from "@/components/tickets/search-box";
import { TicketCard } from "@/components/tickets/ticket-card";
import { TicketGrid, TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import type { Standing } from "@/components/ui/pill";
import { Unavailable } from "@/components/ui/unavailable";
import type { Answer } from "@/lib/api/answer";
import { listTickets, type Page } from "@/lib/api/queries";
import type { Ticket } from "@/lib/api/types";
import { headStart } from "@/lib/head-start";
import { formatWindow } from "@/lib/orders/countdown";
import { oneOf } from "@/lib/paging";
import { holdSeconds } from "@/lib/settings";
import { searchTickets } from "@/lib/tickets-search";

const ON_A_PAGE = 48;
const AVAILABLE: Standing = { tone: "ok", text: "Available" };
// Tickets that come this soon are in the first picture; later ones take the place of a skeleton.
const HEAD_START_MS = 300;

type Choice = { query: string; after?: string };

export default async function LandingPage({ searchParams }: PageProps<"/">) {
  const { q, after } = await searchParams;
  const choice: Choice = { query: (oneOf(q) ?? "").trim(), after: oneOf(after) };
  const tickets = find(choice);
  const early = await headStart(tickets, HEAD_START_MS);
  return (
    <>
      <Heading title="Tickets on sale">What you reserve is yours for {formatWindow(holdSeconds())}.</Heading>
      <div className="mb-6 flex flex-wrap gap-2.5">
        <SearchBox query={choice.query} />
        <ButtonLink href="/tickets/new" look="primary">
          Sell a ticket
        </ButtonLink>
      </div>
      {/* A part that can wait is sent after a skeleton, even if it is ready: so what is early is no such part. */}
      {early ? (
        <Tickets {...choice} answer={early} />
      ) : (
        <Suspense key={JSON.stringify(choice)} fallback={<TicketGridSkeleton />}>
          <LateTickets {...choice} answer={tickets} />
        </Suspense>
      )}
    </>
  );
}

function find({ query, after }: Choice): Promise<Answer<Page<Ticket>>> {
  return query ? searchTickets(listTickets, query, after) : listTickets(after, ON_A_PAGE);
}

type Found = Awaited<ReturnType<typeof find>>;

async function LateTickets({ answer, ...choice }: Choice & { answer: Promise<Found> }) {
  return <Tickets {...choice} answer={await answer} />;
}

function Tickets({ query, after, answer }: Choice & { answer: Found }) {
  if (!answer.ok) return <Unavailable problem={answer.problem} />;
  const { items, next } = answer.data;
  return (
    <>
      {items.length === 0 ? (
        <Nothing query={query} />
      ) : (
        <TicketGrid>
          {items.map((ticket) => (
            <li key={ticket.id}>
              <TicketCard ticket={ticket} href={`/tickets/${ticket.id}`} standing={AVAILABLE} />
            </li>
          ))}
        </TicketGrid>
      )}
      <Pager
        path="/"
        query={query ? { q: query } : {}}
        after={after}
        next={next}
        label={query ? "Search older tickets" : "Older tickets"}
      />
    </>
  );
}

function Nothing({ query }: { query: string }) {
  if (query) {
    return (
      <Empty title={`No ticket is called “${query}”`}>
        <p>Try fewer letters, or look at everything that is on sale.</p>
        <ButtonLink href="/">Show all tickets</ButtonLink>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing is on sale right now">
      <p>Tickets that others hold come back here when they are not paid in time.</p>
      <ButtonLink href="/tickets/new">Sell a ticket</ButtonLink>
    </Empty>
  );
}
