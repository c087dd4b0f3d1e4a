"use client";

import { useShop } from "@/components/layout/shop";
import { Heading } from "@/components/ui/heading";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import type { Order, OrderDetails } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { timeLeft } from "@/lib/orders/countdown";
import { historyOf } from "@/lib/orders/history";
import { wasDeclined, type Phase } from "@/lib/orders/phase";
import type { Till } from "@/lib/settings";

import { Confirming } from "./confirming";
import { Countdown } from "./countdown";
import { Ended } from "./ended";
import { History } from "./history";
import { PayPanel } from "./pay-panel";
import { Receipt } from "./receipt";
import { ReleaseButton } from "./release-button";
import { useOrder } from "./use-order";
import { LEAD } from "./words";

type Props = { order: OrderDetails; renderedAt: number; till: Till; email: string };

/** One order from its reservation to its end, followed while the page is open. */
export function OrderDesk({ order: initial, renderedAt, till, email }: Props) {
  const { order, phase, now, isOffline, isConfirming, setTrying, noteSubmitted, look } = useOrder(
    initial,
    renderedAt,
  );

  if (phase === "paid") return <Receipt order={order} email={email} history={historyOf(order, phase)} />;
  return (
    <>
      <div aria-live="polite">
        <Heading title={order.ticket.title}>{LEAD[isConfirming ? "processing" : phase]}</Heading>
      </div>
      {isOffline && (
        <Notice tone="warn" className="mb-5">
          We cannot reach the box office just now. This page keeps trying; your order is safe.
        </Notice>
      )}
      <div className="grid items-start gap-7 md:grid-cols-2">
        <Panel className="grid gap-5 p-6">
          <Figures order={order} phase={phase} now={now} />
          <History entries={historyOf(order, isConfirming ? "processing" : phase)} />
          {phase === "open" && !isConfirming && <ReleaseButton orderId={order.id} onReleased={look} />}
        </Panel>
        {phase === "open" && (
          // Stays mounted while the order is followed: a decline brings the same form back, card and all.
          <div className={isConfirming ? "hidden" : undefined}>
            <PayPanel
              order={order}
              till={till}
              wasDeclined={wasDeclined(order)}
              onTrying={setTrying}
              onSubmitted={noteSubmitted}
              look={look}
            />
          </div>
        )}
        {isConfirming && <Confirming />}
        {!isConfirming && phase !== "open" && <Ended order={order} phase={phase} />}
      </div>
    </>
  );
}

function Figures({ order, phase, now }: { order: Order; phase: Phase; now: number }) {
  const { currency } = useShop();
  const { leftMs, wholeMs } = timeLeft(order, now);
  return (
    <div className="flex flex-wrap items-center gap-5.5">
      {phase === "open" && <Countdown remainingMs={leftMs} wholeMs={wholeMs} />}
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
