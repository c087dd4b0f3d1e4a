"use client";

import { useShop } from "@/components/layout/shop";
import { ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Pill } from "@/components/ui/pill";
import type { Ticket } from "@/lib/api/types";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { formatWindow } from "@/lib/orders/countdown";
import { signInPath } from "@/lib/return-path";

import { ReserveButton } from "./reserve-button";
import { TicketShape } from "./ticket-shape";
import { useTicket } from "./use-ticket";

export type Viewer =
  { kind: "stranger" } | { kind: "buyer" } | { kind: "seller" } | { kind: "holder"; orderId: string };

/** One ticket, watched: what can be done with it depends on who looks and on who holds it. */
export function TicketDesk({ ticket: initial, viewer }: { ticket: Ticket; viewer: Viewer }) {
  const ticket = useTicket(initial);
  const { currency } = useShop();
  return (
    <article className="mx-auto max-w-3xl">
      <TicketShape size="page" stub={formatMoney(ticket.price, currency)}>
        <div className="flex h-full flex-col items-start">
          <h1 className="text-2xl sm:text-4xl">{ticket.title}</h1>
          <p className="mt-2 text-sm text-muted">
            No. <span className="figures">{shortId(ticket.id)}</span>
          </p>
          <div className="mt-auto pt-6">
            {ticket.orderId ? <Pill tone="warn">Reserved or sold</Pill> : <Pill tone="ok">Available</Pill>}
          </div>
        </div>
      </TicketShape>
      <div className="mt-6" aria-live="polite">
        <Act ticket={ticket} viewer={viewer} wasFree={!initial.orderId} />
      </div>
    </article>
  );
}

function Act({ ticket, viewer, wasFree }: { ticket: Ticket; viewer: Viewer; wasFree: boolean }) {
  if (viewer.kind === "seller") return <SellersAct ticket={ticket} />;
  if (viewer.kind === "holder" && ticket.orderId === viewer.orderId) {
    return (
      <ButtonLink href={`/orders/${viewer.orderId}`} look="primary">
        Go to your order
      </ButtonLink>
    );
  }
  if (ticket.orderId) return <Taken wasFree={wasFree} />;
  return <BuyersAct ticket={ticket} isSignedIn={viewer.kind !== "stranger"} />;
}

function BuyersAct({ ticket, isSignedIn }: { ticket: Ticket; isSignedIn: boolean }) {
  const { holdSeconds } = useShop();
  return (
    <div className="grid justify-items-start gap-3">
      {isSignedIn ? (
        <ReserveButton ticketId={ticket.id}>Reserve this ticket</ReserveButton>
      ) : (
        <ButtonLink href={signInPath(`/tickets/${ticket.id}`)} look="primary">
          Sign in to reserve
        </ButtonLink>
      )}
      <p className="text-sm text-muted">
        You then have {formatWindow(holdSeconds)} to pay. The price stays as you see it now.
      </p>
    </div>
  );
}

function SellersAct({ ticket }: { ticket: Ticket }) {
  if (ticket.orderId) {
    return (
      <Notice tone="warn">Somebody holds or has bought your ticket, so it cannot be changed now.</Notice>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-4">
      <ButtonLink href={`/tickets/${ticket.id}/edit`}>Change title or price</ButtonLink>
      <p className="text-sm text-muted">You are selling this ticket.</p>
    </div>
  );
}

function Taken({ wasFree }: { wasFree: boolean }) {
  return (
    <div className="grid justify-items-start gap-4">
      <Notice tone="warn">
        {wasFree
          ? "Somebody was quicker and has just reserved it."
          : "Somebody holds or has bought this ticket."}{" "}
        If they do not pay in time it comes back, and this page shows it.
      </Notice>
      <ButtonLink href="/">See what else is on sale</ButtonLink>
    </div>
  );
}
