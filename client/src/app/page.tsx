import { Suspense } from "react";

import { SearchBox } from "@/components/tickets/search-box";
import { TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { TicketsOnSale } from "@/components/tickets/tickets-on-sale";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import { Unavailable } from "@/components/ui/unavailable";
import type { ApiResult, Problem } from "@/lib/api/response";
import { listTickets, type Page } from "@/lib/api/queries";
import type { Ticket } from "@/lib/api/types";
import { withTimeout } from "@/lib/with-timeout";
import { formatDuration } from "@/lib/orders/countdown";
import { firstOf, listPath } from "@/lib/paging";
import { holdSeconds } from "@/lib/settings";
import { searchTickets } from "@/lib/tickets-search";

const PAGE_SIZE = 48;
// Tickets that arrive within this time are part of the first paint; later ones replace a skeleton.
const FIRST_PAINT_MS = 300;

type Search = { query: string; after?: string };

export default async function LandingPage({ searchParams }: PageProps<"/">) {
  const { q, after } = await searchParams;
  const search: Search = { query: (firstOf(q) ?? "").trim(), after: firstOf(after) };
  const tickets = find(search);
  const early = await withTimeout(tickets, FIRST_PAINT_MS);
  return (
    <>
      <Heading title="Tickets on sale">
        A ticket that you reserve is held for you for {formatDuration(holdSeconds())}.
      </Heading>
      <div className="mb-6 flex flex-wrap gap-2.5">
        <SearchBox query={search.query} />
        <ButtonLink href="/tickets/new" variant="primary">
          Sell a ticket
        </ButtonLink>
      </div>
      {/* React streams a Suspense boundary after its fallback even if it is ready, so early results do without one. */}
      {early ? (
        <Tickets {...search} result={early} />
      ) : (
        <Suspense key={JSON.stringify(search)} fallback={<TicketGridSkeleton />}>
          <LateTickets {...search} result={tickets} />
        </Suspense>
      )}
    </>
  );
}

function find({ query, after }: Search): Promise<ApiResult<Page<Ticket>>> {
  return query ? searchTickets(listTickets, query, after) : listTickets(after, PAGE_SIZE);
}

type TicketResult = Awaited<ReturnType<typeof find>>;

async function LateTickets({ result, ...search }: Search & { result: Promise<TicketResult> }) {
  return <Tickets {...search} result={await result} />;
}

function Tickets({ query, after, result }: Search & { result: TicketResult }) {
  if (!result.ok) return <NotLoaded problem={result.problem} />;
  const { items, next } = result.data;
  return (
    <>
      <TicketsOnSale
        tickets={items.map(({ id, title, price, version }) => ({ id, title, price, version }))}
        source={
          query ? null : { path: listPath("/api/tickets", { after, limit: PAGE_SIZE }), limit: PAGE_SIZE }
        }
        isNewest={!query && after === undefined}
        empty={<NoTickets query={query} />}
      />
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

/** Marked for the server, which shares only pages that succeeded (server/renderer.ts). */
function NotLoaded({ problem }: { problem: Problem }) {
  return (
    <div data-uncacheable>
      <Unavailable problem={problem} />
    </div>
  );
}

function NoTickets({ query }: { query: string }) {
  if (query) {
    return (
      <EmptyState title={`No tickets match “${query}”`}>
        <p>Try a shorter search, or browse everything on sale.</p>
        <ButtonLink href="/">Show all tickets</ButtonLink>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing is on sale right now">
      <p>Reserved tickets return here if they are not paid in time.</p>
      <ButtonLink href="/tickets/new">Sell a ticket</ButtonLink>
    </EmptyState>
  );
}
