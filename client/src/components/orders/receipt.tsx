"use client";

import { Check, Info, Printer } from "lucide-react";

import { useSiteConfig } from "@/components/layout/site-config";
import { TicketShape } from "@/components/tickets/ticket-shape";
import { Button, ButtonLink } from "@/components/ui/button";
import type { OrderDetails } from "@/lib/api/types";
import { createdAt, shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { paidAt, type Entry } from "@/lib/orders/history";
import { summaryOf } from "@/lib/orders/view";

import { History } from "./history";
import { LocalTime } from "./local-time";

type Props = { order: OrderDetails; email: string; history: Entry[] };

/** A paid order: the ticket, and a receipt that prints on one page. */
export function Receipt({ order, email, history }: Props) {
  const { currency } = useSiteConfig();
  return (
    <article className="mx-auto max-w-3xl">
      <StatusLine order={order} />
      <TicketShape
        size="page"
        stub={
          <span className="grid justify-items-center gap-2 text-center">
            {formatMoney(order.ticket.price, currency)}
            <span className="rounded-control border-2 border-ok px-2 py-0.5 text-xs tracking-[0.2em] text-ok">
              PAID
            </span>
          </span>
        }
      >
        <h1 dir="auto" className="text-2xl sm:text-4xl">
          {order.ticket.title}
        </h1>
        <p className="mt-2 text-sm text-muted">
          No. <span className="figures">{shortId(order.ticket.id)}</span>
        </p>
      </TicketShape>
      <section aria-labelledby="receipt" className="mt-7 rounded-panel border border-line bg-card p-6 sm:p-8">
        <h2 id="receipt" className="mb-4 text-lg">
          Receipt
        </h2>
        <Details order={order} email={email} />
        <div className="no-print mt-7 border-t-2 border-dashed border-line pt-6">
          <History entries={history} />
        </div>
        <div className="no-print mt-7 flex flex-wrap gap-3">
          <Button variant="primary" onClick={() => window.print()}>
            <Printer aria-hidden size={18} />
            Print receipt
          </Button>
          <ButtonLink href="/orders">My orders</ButtonLink>
        </div>
      </section>
    </article>
  );
}

/** The sale and what has happened to its payment since. */
function StatusLine({ order }: { order: OrderDetails }) {
  const isGood = ["paid", "partially_refunded"].includes(summaryOf(order).state);
  return (
    <p
      role="status"
      className={`mb-4 flex items-center gap-2.5 font-semibold ${isGood ? "text-ok" : "text-warn"}`}
    >
      <span
        className={`no-print grid size-7 shrink-0 place-items-center rounded-full ${isGood ? "bg-ok-ground" : "bg-warn-ground"}`}
      >
        {isGood ? <Check aria-hidden size={17} strokeWidth={3} /> : <Info aria-hidden size={17} />}
      </span>
      {summaryOf(order).text}
    </p>
  );
}

function Details({ order, email }: { order: OrderDetails; email: string }) {
  const { currency } = useSiteConfig();
  const paid = order.payment?.amount ?? order.ticket.price;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-y-2 text-[15px] [&>dd]:text-right [&>dd]:break-words [&>dt]:pr-3 sm:[&>dt]:pr-6 [&>dt]:text-muted">
      <dt>Buyer</dt>
      <dd>{email}</dd>
      <dt>Order</dt>
      <dd className="figures text-[13px] leading-[1.75] sm:text-[15px]">{order.id}</dd>
      <dt>Ticket</dt>
      <dd className="figures text-[13px] leading-[1.75] sm:text-[15px]">{order.ticket.id}</dd>
      <dt>Ordered</dt>
      <dd>
        <LocalTime at={createdAt(order.id)} withDate />
      </dd>
      <dt>Paid</dt>
      <dd>
        <LocalTime at={paidAt(order) ?? createdAt(order.id)} withDate />
      </dd>
      <dt className="mt-2 border-t border-line pt-3 font-semibold">Total paid</dt>
      <dd className="figures mt-2 border-t border-line pt-3 text-lg font-semibold">
        {formatMoney(paid, currency)}
      </dd>
    </dl>
  );
}
