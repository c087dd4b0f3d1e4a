"use client";

import type { ReactNode } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Pill } from "@/components/ui/pill";
import type { Ticket } from "@/lib/api/types";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { formatDuration } from "@/lib/orders/countdown";
import type { HeldOrder } from "@/lib/orders/reserve";
import { signInPath } from "@/lib/return-path";
import { isWithdrawn } from "@/lib/tickets/withdrawal";

import { AlertButton } from "./alert-button";
import { HeldOrderLink } from "./held-order-link";
import { ReserveButton } from "./reserve-button";
import { TicketShape } from "./ticket-shape";
import { useAlert } from "./use-alert";
import { useTicket } from "./use-ticket";
import { WithdrawButton } from "./withdraw-button";

/** `isWaiting`: the buyer has asked to be told when the ticket is available. */
export type Viewer =
  { kind: "anonymous" } | { kind: "buyer"; order: HeldOrder | null; isWaiting: boolean } | { kind: "seller" };

/** One ticket, kept up to date, with the actions that its viewer has. */
export function TicketView({ ticket: initial, viewer }: { ticket: Ticket; viewer: Viewer }) {
  const { ticket, order, isSold } = useTicket(initial, viewer);
  const alert = useAlert(ticket, viewer.kind === "buyer" && viewer.isWaiting);
  const { currency } = useSiteConfig();
  return (
    <article className="mx-auto max-w-3xl">
      <TicketShape size="page" stub={formatMoney(ticket.price, currency)}>
        <div className="flex h-full flex-col items-start">
          <h1 dir="auto" className="self-stretch text-2xl sm:text-4xl">
            {ticket.title}
          </h1>
          <p className="mt-2 text-sm text-muted">
            No. <span className="figures">{shortId(ticket.id)}</span>
          </p>
          <div className="mt-auto pt-6">
            <StatusPill ticket={ticket} order={order} isSold={isSold} />
          </div>
        </div>
      </TicketShape>
      <div className="mt-6" aria-live="polite">
        <Actions
          ticket={ticket}
          viewer={viewer}
          order={order}
          isSold={isSold}
          alert={alert}
          wasAvailable={!initial.orderId}
        />
      </div>
    </article>
  );
}

type StatusProps = { ticket: Ticket; order: HeldOrder | null; isSold: boolean };

function StatusPill({ ticket, order, isSold }: StatusProps) {
  if (order?.isPaid) return <Pill tone="ok">Bought by you</Pill>;
  if (order) return <Pill tone="warn">Reserved by you</Pill>;
  if (isSold) return <Pill tone="plain">Sold</Pill>;
  if (ticket.orderId) return <Pill tone="warn">Reserved or sold</Pill>;
  return isWithdrawn(ticket) ? <Pill tone="plain">Withdrawn</Pill> : <Pill tone="ok">Available</Pill>;
}

type ActionsProps = {
  ticket: Ticket;
  viewer: Viewer;
  order: HeldOrder | null;
  isSold: boolean;
  alert: ReturnType<typeof useAlert>;
  wasAvailable: boolean;
};

function Actions({ ticket, viewer, order, isSold, alert, wasAvailable }: ActionsProps) {
  if (viewer.kind === "seller") return <SellerActions ticket={ticket} />;
  if (order !== null) return <HeldOrderLink order={order} />;
  if (isSold) return <OffSale>This ticket is sold.</OffSale>;
  if (ticket.withdrawn) return <OffSale>Its seller has withdrawn this ticket.</OffSale>;
  const isSignedIn = viewer.kind !== "anonymous";
  if (ticket.orderId) {
    return (
      <Reserved wasAvailable={wasAvailable}>
        {isSignedIn ? (
          <AlertButton
            ticketId={ticket.id}
            isWaiting={alert.status === "waiting"}
            onChange={(isWaiting) => alert.setStatus(isWaiting ? "waiting" : "none")}
          />
        ) : (
          <ButtonLink href={signInPath(`/tickets/${ticket.id}`)} variant="primary">
            Sign in to be told when it is available
          </ButtonLink>
        )}
      </Reserved>
    );
  }
  return (
    <div className="grid gap-4">
      {alert.status === "notified" && <Notice tone="ok">This ticket is available now.</Notice>}
      <BuyerActions ticket={ticket} isSignedIn={isSignedIn} />
    </div>
  );
}

function BuyerActions({ ticket, isSignedIn }: { ticket: Ticket; isSignedIn: boolean }) {
  const { holdSeconds } = useSiteConfig();
  return (
    <div className="grid justify-items-start gap-3">
      {isSignedIn ? (
        <ReserveButton ticketId={ticket.id} price={ticket.price}>
          Reserve this ticket
        </ReserveButton>
      ) : (
        <ButtonLink href={signInPath(`/tickets/${ticket.id}`)} variant="primary">
          Sign in to reserve
        </ButtonLink>
      )}
      <p className="text-sm text-muted">
        You then have {formatDuration(holdSeconds)} to pay. The price does not change once you have reserved.
      </p>
    </div>
  );
}

function SellerActions({ ticket }: { ticket: Ticket }) {
  if (ticket.orderId) {
    return (
      <Notice tone="warn">
        {ticket.withdrawn
          ? "Your ticket was reserved before you withdrew it. If it is not paid in time, it stays off sale."
          : "Your ticket is reserved or sold, so it cannot be changed now."}
      </Notice>
    );
  }
  if (ticket.withdrawn) return <Notice tone="ok">You withdrew this ticket. Only you can see it.</Notice>;
  return (
    <div className="flex flex-wrap items-center gap-4">
      <ButtonLink href={`/tickets/${ticket.id}/edit`}>Edit ticket</ButtonLink>
      <WithdrawButton ticket={ticket} />
      <p className="text-sm text-muted">You are selling this ticket.</p>
    </div>
  );
}

function OffSale({ children }: { children: string }) {
  return (
    <div className="grid justify-items-start gap-4">
      <Notice tone="warn">{children}</Notice>
      <ButtonLink href="/">See what else is on sale</ButtonLink>
    </div>
  );
}

function Reserved({ wasAvailable, children }: { wasAvailable: boolean; children: ReactNode }) {
  return (
    <div className="grid justify-items-start gap-4">
      <Notice tone="warn">
        {wasAvailable ? "Someone else has just reserved this ticket." : "This ticket is reserved or sold."} If
        it is not paid in time, it becomes available again here.
      </Notice>
      {children}
      <ButtonLink href="/">See what else is on sale</ButtonLink>
    </div>
  );
}
