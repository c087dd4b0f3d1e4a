"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

import { TicketCard } from "@/components/tickets/ticket-card";
import { TicketGrid } from "@/components/tickets/ticket-grid";
import { NewItems } from "@/components/ui/new-items";
import { fetchOrders } from "@/lib/api/browser";
import type { Order } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { newerOf } from "@/lib/newer";

import { statusOf } from "./copy";
import { useServerClock } from "./use-server-clock";

const POLL_MS = 10_000;

type Props = { orders: Order[]; renderedAt: number; isNewest: boolean };

/** A page of the list, of which each order is kept up to date in its place. New ones wait until the buyer asks for them. */
export function MyOrders({ orders, renderedAt, isNewest }: Props) {
  const router = useRouter();
  const latest = useLatestOrders();
  const { now } = useServerClock(renderedAt);
  const shown = new Set(orders.map(({ id }) => id));
  const count = [...latest.keys()].filter((id) => !shown.has(id) && id > (orders[0]?.id ?? "")).length;
  return (
    <>
      {isNewest && <NewItems count={count} what="order" onShow={() => router.refresh()} />}
      <TicketGrid>
        {orders.map((order) => (
          <li key={order.id}>
            <OrderCard order={newerOf(order, latest.get(order.id) ?? order)} now={now} />
          </li>
        ))}
      </TicketGrid>
    </>
  );
}

function OrderCard({ order, now }: { order: Order; now: number }) {
  const { id, title, price } = order.ticket;
  return (
    <TicketCard
      id={id}
      title={title}
      price={price}
      href={`/orders/${order.id}`}
      status={statusOf(order, now)}
    />
  );
}

/** The orders about which something has happened, or that a read has found, by id. */
function useLatestOrders(): Map<string, Order> {
  const [latest, setLatest] = useState(new Map<string, Order>());
  useEffect(() => {
    function apply(orders: Order[]) {
      setLatest((known) => {
        const merged = new Map(known);
        for (const order of orders) merged.set(order.id, newerOf(known.get(order.id) ?? order, order));
        return merged;
      });
    }
    return subscribe("orders", {
      refresh: async () => {
        const result = await fetchOrders();
        if (result.ok) apply(result.data);
      },
      pollMs: POLL_MS,
      onEvent: ({ order }) => apply([order]),
    });
  }, []);
  return latest;
}
