"use client";

import { useEffect, useState } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { ReserveButton } from "@/components/tickets/reserve-button";
import { ButtonLink } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { fetchTicket } from "@/lib/api/browser";
import type { Order, Ticket } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { formatMoney } from "@/lib/money";
import { newerOf } from "@/lib/newer";
import { summaryOf } from "@/lib/orders/view";
import { isWithdrawn } from "@/lib/tickets/withdrawal";

const POLL_MS = 2_000;

/** An order that ended without a sale: why, the refund if any, and the ticket again if it is available. */
export function OrderClosed({ order }: { order: Order }) {
  const isRefund = ["refund_pending", "refunded"].includes(summaryOf(order).state);
  return (
    <Panel className="grid justify-items-start gap-4 p-6">
      {isRefund && <RefundDetails order={order} />}
      <Availability order={order} />
    </Panel>
  );
}

function RefundDetails({ order }: { order: Order }) {
  const { currency } = useSiteConfig();
  const amount = formatMoney(order.payment?.amount ?? order.ticket.price, currency);
  const why =
    order.reason === "buyer"
      ? "You released the ticket before your payment arrived."
      : "Your payment arrived after the time had run out, and the ticket was no longer available.";
  return (
    <div className="grid gap-2">
      <h2 className="text-lg">
        {summaryOf(order).state === "refunded" ? `${amount} refunded` : `${amount} will be refunded`}
      </h2>
      <p className="text-muted">
        {why} Refunds usually appear on your statement within a few days. You do not need to do anything.
      </p>
    </div>
  );
}

/** Follows the ticket: just after the order has ended, it may still be reserved for it. */
function Availability({ order }: { order: Order }) {
  const [ticket, setTicket] = useState<Ticket | "withdrawn" | null>(null);
  useEffect(() => {
    function apply(latest: Ticket) {
      setTicket((known) => {
        if (isWithdrawn(latest)) return "withdrawn";
        return known && known !== "withdrawn" ? newerOf(known, latest) : latest;
      });
    }
    return subscribe("tickets", {
      refresh: async () => {
        const result = await fetchTicket(order.ticket.id);
        if (result.ok) apply(result.data);
        else if (result.problem.status === 404) setTicket("withdrawn");
      },
      pollMs: POLL_MS,
      onEvent: ({ ticket: latest }) => latest.id === order.ticket.id && apply(latest),
    });
  }, [order.ticket.id]);
  if (ticket === "withdrawn") return <Unavailable why="Its seller has withdrawn this ticket" />;
  if (ticket === null || ticket.orderId === order.id) {
    return <p className="pulse-soft text-muted">Checking availability…</p>;
  }
  if (ticket.orderId) return <Unavailable why="Someone else has this ticket now" />;
  return <StillAvailable ticket={ticket} />;
}

function Unavailable({ why }: { why: string }) {
  return (
    <>
      <h2 className="text-lg">{why}</h2>
      <ButtonLink href="/">See what else is on sale</ButtonLink>
    </>
  );
}

function StillAvailable({ ticket }: { ticket: Ticket }) {
  const { currency } = useSiteConfig();
  return (
    <>
      <h2 className="text-lg">This ticket is still available</h2>
      <p className="text-muted">
        You can reserve it again for{" "}
        <span className="figures text-ink">{formatMoney(ticket.price, currency)}</span>. For the first minute,
        other buyers have priority.
      </p>
      <ReserveButton ticketId={ticket.id} price={ticket.price}>
        Reserve again
      </ReserveButton>
    </>
  );
}
