import type { Metadata } from "next";
import { Suspense } from "react";

import { NoOwnTickets, OwnTickets } from "@/components/tickets/own-tickets";
import { SellerSums } from "@/components/tickets/seller-sums";
import { stateOf } from "@/components/tickets/state";
import { StateFilter } from "@/components/tickets/state-filter";
import { TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { DownloadLink } from "@/components/ui/button";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import { Unavailable } from "@/components/ui/unavailable";
import { getSales, getTicketsSummary, listMyTickets } from "@/lib/api/queries";
import type { Availability } from "@/lib/api/types";
import { firstOf } from "@/lib/paging";
import { requireSession } from "@/lib/session";
import { withTimeout } from "@/lib/with-timeout";

export const metadata: Metadata = { title: "My tickets" };

const PATH = "/tickets/mine";
// What arrives within this time is part of the first paint, and shown without JavaScript.
const FIRST_PAINT_MS = 1000;

type Selection = { state?: Availability; after?: string };
type Found = Awaited<ReturnType<typeof load>>;

export default async function MyTicketsPage({ searchParams }: PageProps<"/tickets/mine">) {
  await requireSession(PATH);
  const { state, after } = await searchParams;
  const selection = { state: stateOf(firstOf(state)), after: firstOf(after) };
  const found = load(selection);
  const early = await withTimeout(found, FIRST_PAINT_MS);
  return (
    <>
      <Heading title="My tickets">Everything that you have put on sale.</Heading>
      {early ? (
        <MyTickets {...selection} found={early} />
      ) : (
        <Suspense key={JSON.stringify(selection)} fallback={<TicketGridSkeleton />}>
          <LateTickets {...selection} found={found} />
        </Suspense>
      )}
    </>
  );
}

async function load({ state, after }: Selection) {
  const [tickets, summary, sales] = await Promise.all([
    listMyTickets(after, state),
    getTicketsSummary(),
    getSales(),
  ]);
  return {
    tickets,
    summary: summary.ok ? summary.data : undefined,
    sales: sales.ok ? sales.data : undefined,
  };
}

async function LateTickets({ found, ...selection }: Selection & { found: Promise<Found> }) {
  return <MyTickets {...selection} found={await found} />;
}

function MyTickets({ state, after, found }: Selection & { found: Found }) {
  const { tickets, summary, sales } = found;
  if (!tickets.ok) return <Unavailable problem={tickets.problem} />;
  const { items, next } = tickets.data;
  if (summary?.listed.count === 0) return <NoOwnTickets path={PATH} />;
  return (
    <>
      <SellerSums summary={summary} sales={sales} />
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <StateFilter path={PATH} state={state} summary={summary} />
        <DownloadLink href="/api/tickets/export" size="small">
          Download CSV
        </DownloadLink>
      </div>
      {items.length === 0 ? <NoOwnTickets path={PATH} state={state} /> : <OwnTickets tickets={items} />}
      <Pager path={PATH} query={state ? { state } : {}} after={after} next={next} label="Older tickets" />
    </>
  );
}
