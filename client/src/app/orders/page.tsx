import type { Metadata } from "next";
import { Suspense } from "react";

import { PILL } from "@/components/orders/words";
import { TicketCard } from "@/components/tickets/ticket-card";
import { TicketGrid, TicketGridSkeleton } from "@/components/tickets/ticket-grid";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Heading } from "@/components/ui/heading";
import { Pager } from "@/components/ui/pager";
import { Unavailable } from "@/components/ui/unavailable";
import { listMyOrders } from "@/lib/api/queries";
import { serverTime } from "@/lib/api/server";
import { phaseOf } from "@/lib/orders/phase";
import { oneOf } from "@/lib/paging";
import { signedIn } from "@/lib/session";

export const metadata: Metadata = { title: "My orders" };

export default async function MyOrdersPage({ searchParams }: PageProps<"/orders">) {
  await signedIn("/orders");
  const after = oneOf((await searchParams).after);
  return (
    <>
      <Heading title="My orders">What you reserved and bought, newest first.</Heading>
      <Suspense key={after} fallback={<TicketGridSkeleton />}>
        <MyOrders after={after} />
      </Suspense>
    </>
  );
}

async function MyOrders({ after }: { after?: string }) {
  const answer = await listMyOrders(after);
  if (!answer.ok) return <Unavailable problem={answer.problem} />;
  const { items, next } = answer.data;
  const now = serverTime(answer);
  if (items.length === 0) {
    return (
      <Empty title="You have not ordered anything yet">
        <p>What you reserve shows up here, with the time you have to pay.</p>
        <ButtonLink href="/" look="primary">
          See what is on sale
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      <TicketGrid>
        {items.map((order) => (
          <li key={order.id}>
            <TicketCard
              ticket={order.ticket}
              href={`/orders/${order.id}`}
              standing={PILL[phaseOf(order, now)]}
            />
          </li>
        ))}
      </TicketGrid>
      <Pager path="/orders" after={after} next={next} label="Older orders" />
    </>
  );
}
