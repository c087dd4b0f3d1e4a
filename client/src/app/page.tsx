import { Suspense } from "react";

import { SearchForm } from "@/components/tickets/search-form";
import { SearchMarks } from "@/components/tickets/search-marks";
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
import { currency, holdSeconds } from "@/lib/settings";
import {
  DEFAULT_SORT,
  isFiltered,
  matchesText,
  noMatchText,
  parseSearch,
  toApiQuery,
  toQuery,
  type TicketSearch,
} from "@/lib/tickets/search";

const PAGE_SIZE = 48;
// Tickets that arrive within this time are part of the first paint; later ones replace a skeleton.
const FIRST_PAINT_MS = 300;

type Search = { search: TicketSearch; after?: string };

export default async function LandingPage({ searchParams }: PageProps<"/">) {
  const parameters = await searchParams;
  const search = parseSearch(parameters);
  const after = firstOf(parameters.after);
  const tickets = listTickets(toApiQuery(search, currency()), after, PAGE_SIZE);
  const early = await withTimeout(tickets, FIRST_PAINT_MS);
  return (
    <>
      <Heading title="Tickets on sale">
        A ticket that you reserve is held for you for {formatDuration(holdSeconds())}.
      </Heading>
      <div className="mb-6 flex items-start gap-2.5">
        <SearchForm search={search} />
        <ButtonLink href="/tickets/new" variant="primary" className="max-sm:hidden">
          Sell a ticket
        </ButtonLink>
      </div>
      {/* React streams a Suspense boundary after its fallback even if it is ready, so early results do without one. */}
      {early ? (
        <Tickets search={search} after={after} result={early} />
      ) : (
        <Suspense key={JSON.stringify([search, after])} fallback={<TicketGridSkeleton />}>
          <LateTickets search={search} after={after} result={tickets} />
        </Suspense>
      )}
    </>
  );
}

type TicketResult = ApiResult<Page<Ticket>>;

async function LateTickets({ result, ...search }: Search & { result: Promise<TicketResult> }) {
  return <Tickets {...search} result={await result} />;
}

function Tickets({ search, after, result }: Search & { result: TicketResult }) {
  if (!result.ok) return <NotLoaded problem={result.problem} />;
  const { items, next, total } = result.data;
  const isByAge = search.sort === DEFAULT_SORT;
  const isEverything = isByAge && !isFiltered(search);
  return (
    <>
      {isFiltered(search) && after === undefined && (
        <p role="status" className="mb-4 text-sm text-muted">
          {matchesText(total, items.length, PAGE_SIZE)}
        </p>
      )}
      <SearchMarks text={search.q}>
        <TicketsOnSale
          tickets={items.map(({ id, title, price, version }) => ({ id, title, price, version }))}
          source={
            isEverything
              ? { path: listPath("/api/tickets", { after, limit: PAGE_SIZE }), limit: PAGE_SIZE }
              : null
          }
          isNewest={isEverything && after === undefined}
          empty={<NoTickets search={search} isEnd={next === null} />}
        />
      </SearchMarks>
      <Pager
        path="/"
        query={toQuery(search)}
        after={after}
        next={next}
        label={isByAge ? "Older tickets" : "More tickets"}
        firstLabel={isByAge ? "Newest" : "First page"}
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

/** At its end, or where the API has stopped to look for matches. */
function NoTickets({ search, isEnd }: { search: TicketSearch; isEnd: boolean }) {
  if (!isEnd) {
    return (
      <EmptyState title="No matches so far">
        <p>There are more tickets to look through.</p>
      </EmptyState>
    );
  }
  if (isFiltered(search)) {
    return (
      <EmptyState title={noMatchText(search)}>
        <p>Try a shorter search or other prices, or browse everything on sale.</p>
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
