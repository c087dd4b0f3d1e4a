import type { Metadata } from "next";
import { Suspense } from "react";

import { MyAlerts } from "@/components/orders/my-alerts";
import { MyOrders } from "@/components/orders/my-orders";
import { TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import { Unavailable } from "@/components/ui/unavailable";
import { listMyAlerts, listMyOrders } from "@/lib/api/queries";
import { serverTime } from "@/lib/api/server";
import { firstOf } from "@/lib/paging";
import { requireSession } from "@/lib/session";

export const metadata: Metadata = { title: "My orders" };

export default async function MyOrdersPage({ searchParams }: PageProps<"/orders">) {
  await requireSession("/orders");
  const after = firstOf((await searchParams).after);
  return (
    <>
      <Heading title="My orders">Your reservations and purchases, newest first.</Heading>
      <Suspense key={after} fallback={<TicketGridSkeleton />}>
        <Orders after={after} />
      </Suspense>
      {after === undefined && (
        <Suspense>
          <Alerts />
        </Suspense>
      )}
    </>
  );
}

async function Alerts() {
  const result = await listMyAlerts({ limit: 100 });
  if (!result.ok) return <Unavailable problem={result.problem} />;
  return result.data.items.length > 0 && <MyAlerts alerts={result.data.items} />;
}

async function Orders({ after }: { after?: string }) {
  const result = await listMyOrders(after);
  if (!result.ok) return <Unavailable problem={result.problem} />;
  const { items, next } = result.data;
  if (items.length === 0) {
    return (
      <EmptyState title="You have no orders yet">
        <p>Tickets that you reserve appear here, with the time left to pay.</p>
        <ButtonLink href="/" variant="primary">
          Browse tickets
        </ButtonLink>
      </EmptyState>
    );
  }
  return (
    <>
      <MyOrders orders={items} renderedAt={serverTime(result)} isNewest={after === undefined} />
      <Pager path="/orders" after={after} next={next} label="Older orders" />
    </>
  );
}
