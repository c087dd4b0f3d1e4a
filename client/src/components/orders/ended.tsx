"use client";

import { useEffect, useState } from "react";

import { useShop } from "@/components/layout/shop";
import { ReserveButton } from "@/components/tickets/reserve-button";
import { ButtonLink } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { fetchTicket } from "@/lib/api/browser";
import type { Order, Ticket } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import type { Phase } from "@/lib/orders/phase";
import { repeatWhileVisible } from "@/lib/repeat";

const LOOK_EVERY_MS = 2_000;

/** An order that did not buy its ticket: why, where the money is, and the ticket again if it is still free. */
export function Ended({ order, phase }: { order: Order; phase: Phase }) {
  const isRefund = phase === "refunding" || phase === "refunded";
  return (
    <Panel className="grid justify-items-start gap-4 p-6">
      {isRefund && <RefundWords order={order} phase={phase} />}
      <TicketAgain orderId={order.id} ticketId={order.ticket.id} />
    </Panel>
  );
}

function RefundWords({ order, phase }: { order: Order; phase: Phase }) {
  const { currency } = useShop();
  const amount = formatMoney(order.payment?.amount ?? order.ticket.price, currency);
  const why =
    order.reason === "buyer"
      ? "You had released the ticket before your payment came in."
      : "Your payment came in after the time had run out, when somebody else had the ticket.";
  return (
    <div className="grid gap-2">
      <h2 className="text-lg">
        {phase === "refunded" ? `${amount} refunded` : `${amount} goes back to you`}
      </h2>
      <p className="text-muted">
        {why} Your bank shows the refund within a few days; there is nothing you need to do.
      </p>
    </div>
  );
}

/** Looks until it is known whether somebody else has the ticket: just after the end it may still count as ours. */
function TicketAgain({ orderId, ticketId }: { orderId: string; ticketId: string }) {
  const [ticket, setTicket] = useState<Ticket | null>(null);
  useEffect(
    () =>
      repeatWhileVisible(async () => {
        const answer = await fetchTicket(ticketId);
        if (answer.ok) setTicket(answer.data);
        return LOOK_EVERY_MS;
      }, 0),
    [ticketId],
  );
  if (ticket === null || ticket.orderId === orderId) {
    return <p className="pulse-soft text-muted">Looking whether the ticket is free…</p>;
  }
  if (ticket.orderId) {
    return (
      <>
        <h2 className="text-lg">Somebody else has the ticket now</h2>
        <ButtonLink href="/">See what else is on sale</ButtonLink>
      </>
    );
  }
  return <StillFree ticket={ticket} />;
}

function StillFree({ ticket }: { ticket: Ticket }) {
  const { currency } = useShop();
  return (
    <>
      <h2 className="text-lg">The ticket is still free</h2>
      <p className="text-muted">
        You can have it again for{" "}
        <span className="figures text-ink">{formatMoney(ticket.price, currency)}</span>.
      </p>
      <ReserveButton ticketId={ticket.id}>Reserve it again</ReserveButton>
    </>
  );
}
