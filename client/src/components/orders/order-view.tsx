"use client";

import { useSiteConfig } from "@/components/layout/site-config";
import { Heading } from "@/components/ui/heading";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { firstMessage } from "@/lib/api/response";
import type { Order, OrderDetails } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { timeLeft } from "@/lib/orders/countdown";
import { historyOf } from "@/lib/orders/history";
import { summaryOf, viewOf, type View } from "@/lib/orders/view";
import type { StripeConfig } from "@/lib/settings";

import { Confirming } from "./confirming";
import { Countdown } from "./countdown";
import { OrderClosed } from "./order-closed";
import { History } from "./history";
import { PayPanel } from "./pay-panel";
import { Receipt } from "./receipt";
import { ReleaseButton } from "./release-button";
import { useOrder } from "./use-order";
import { CONFIRMING, NEXT_STEP, OVERDUE } from "./copy";

type Props = { order: OrderDetails; renderedAt: number; stripeConfig: StripeConfig; email: string };

/** One order, kept up to date while the page is open. */
export function OrderView({ order: initial, renderedAt, stripeConfig, email }: Props) {
  const { order, now, problem, isInFlight, setPaying, onSubmitted, refresh } = useOrder(initial, renderedAt);
  const stored = viewOf(order, now);
  const view = isInFlight ? "confirming" : stored;

  if (view === "receipt") return <Receipt order={order} email={email} history={historyOf(order)} />;
  return (
    <>
      <div aria-live="polite">
        <Heading title={order.ticket.title}>{subtitle(order, view, isInFlight)}</Heading>
      </div>
      {problem && (
        <Notice tone="warn" className="mb-5">
          {firstMessage(problem)} This page keeps checking your order.
        </Notice>
      )}
      <div className="grid items-start gap-7 md:grid-cols-2">
        <Panel className="grid gap-5 p-6">
          <Overview order={order} isPayable={stored === "payable"} now={now} />
          <History entries={historyOf(order, NEXT_STEP[view])} />
          {view === "payable" && <ReleaseButton orderId={order.id} onReleased={refresh} />}
        </Panel>
        {stored === "payable" && (
          // Stays mounted while the payment is confirmed, so that a decline shows the same form with the card still in it.
          <div className={isInFlight ? "hidden" : undefined}>
            <PayPanel
              order={order}
              stripeConfig={stripeConfig}
              onPaying={setPaying}
              onSubmitted={onSubmitted}
              refresh={refresh}
            />
          </div>
        )}
        {view === "confirming" && <Confirming />}
        {(view === "closed" || view === "overdue") && <OrderClosed order={order} />}
      </div>
    </>
  );
}

function subtitle(order: Order, view: View, isInFlight: boolean): string {
  if (isInFlight) return CONFIRMING;
  return view === "overdue" ? OVERDUE : summaryOf(order).text;
}

function Overview({ order, isPayable, now }: { order: Order; isPayable: boolean; now: number }) {
  const { currency } = useSiteConfig();
  const { remainingMs, totalMs } = timeLeft(order, now);
  return (
    <div className="flex flex-wrap items-center gap-5.5">
      {isPayable && <Countdown remainingMs={remainingMs} totalMs={totalMs} />}
      <div>
        <p className="figures text-3xl font-semibold">{formatMoney(order.ticket.price, currency)}</p>
        <p className="mt-1 text-xs text-muted">
          Order{" "}
          <span className="figures">
            {order.id.slice(0, 4)}…{order.id.slice(-4)}
          </span>
        </p>
      </div>
    </div>
  );
}
