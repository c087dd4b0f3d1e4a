"use client";

import { useSiteConfig } from "@/components/layout/site-config";
import { Heading } from "@/components/ui/heading";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import type { Order, OrderDetails } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { timeLeft } from "@/lib/orders/countdown";
import { historyOf } from "@/lib/orders/history";
import { wasDeclined, type Phase } from "@/lib/orders/phase";
import type { StripeConfig } from "@/lib/settings";

import { Confirming } from "./confirming";
import { Countdown } from "./countdown";
import { OrderClosed } from "./order-closed";
import { History } from "./history";
import { PayPanel } from "./pay-panel";
import { Receipt } from "./receipt";
import { ReleaseButton } from "./release-button";
import { useOrder } from "./use-order";
import { SUBTITLE } from "./copy";

type Props = { order: OrderDetails; renderedAt: number; stripeConfig: StripeConfig; email: string };

/** One order, kept up to date while the page is open. */
export function OrderView({ order: initial, renderedAt, stripeConfig, email }: Props) {
  const { order, phase, now, isOffline, isConfirming, setPaying, onSubmitted, refresh } = useOrder(
    initial,
    renderedAt,
  );

  if (phase === "paid") return <Receipt order={order} email={email} history={historyOf(order, phase)} />;
  return (
    <>
      <div aria-live="polite">
        <Heading title={order.ticket.title}>{SUBTITLE[isConfirming ? "processing" : phase]}</Heading>
      </div>
      {isOffline && (
        <Notice tone="warn" className="mb-5">
          We cannot reach the server. This page keeps trying; your order is safe.
        </Notice>
      )}
      <div className="grid items-start gap-7 md:grid-cols-2">
        <Panel className="grid gap-5 p-6">
          <Overview order={order} phase={phase} now={now} />
          <History entries={historyOf(order, isConfirming ? "processing" : phase)} />
          {phase === "open" && !isConfirming && <ReleaseButton orderId={order.id} onReleased={refresh} />}
        </Panel>
        {phase === "open" && (
          // Stays mounted while the payment is confirmed, so that a decline shows the same form with the card still in it.
          <div className={isConfirming ? "hidden" : undefined}>
            <PayPanel
              order={order}
              stripeConfig={stripeConfig}
              wasDeclined={wasDeclined(order)}
              onPaying={setPaying}
              onSubmitted={onSubmitted}
              refresh={refresh}
            />
          </div>
        )}
        {isConfirming && <Confirming />}
        {!isConfirming && phase !== "open" && <OrderClosed order={order} phase={phase} />}
      </div>
    </>
  );
}

function Overview({ order, phase, now }: { order: Order; phase: Phase; now: number }) {
  const { currency } = useSiteConfig();
  const { remainingMs, totalMs } = timeLeft(order, now);
  return (
    <div className="flex flex-wrap items-center gap-5.5">
      {phase === "open" && <Countdown remainingMs={remainingMs} totalMs={totalMs} />}
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
