"use client";

import { Elements } from "@stripe/react-stripe-js";
import type { Stripe } from "@stripe/stripe-js";
import { memo, useCallback, useEffect, useMemo, useState } from "react";

import { useShop } from "@/components/layout/shop";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import type { Order } from "@/lib/api/types";
import { toMinor } from "@/lib/money";
import { loadTill } from "@/lib/stripe/load-till";
import { useAppearance } from "@/lib/stripe/use-appearance";
import type { Till } from "@/lib/settings";

import { PayForm } from "./pay-form";

type Props = {
  order: Order;
  till: Till;
  wasDeclined: boolean;
  onTrying: (isTrying: boolean) => void;
  onSubmitted: () => void;
  look: () => Promise<unknown>;
};

/** Where the card goes in. Rendered again only for news: the clock beside it ticks four times a second. */
export const PayPanel = memo(function PayPanel({ till, ...rest }: Props) {
  return (
    <Panel className="p-6">
      <h2 className="mb-4 text-lg">Pay by card</h2>
      {till.kind === "missing" ? <NoKey /> : <Card till={till} {...rest} />}
    </Panel>
  );
});

function NoKey() {
  return (
    <Notice tone="warn">
      The card form is not set up: whoever runs this site must set STRIPE_PUBLISHABLE_KEY, the key that begins
      with pk_ and belongs to STRIPE_KEY, and start it again.
    </Notice>
  );
}

function Card({ order, till, ...rest }: Omit<Props, "till"> & { till: Exclude<Till, { kind: "missing" }> }) {
  const { currency } = useShop();
  const appearance = useAppearance();
  const { stripe, hasFailed, load } = useTill(till);
  const options = useMemo(
    () => ({
      mode: "payment" as const,
      amount: toMinor(order.ticket.price, currency),
      currency: currency.toLowerCase(),
      allowedPaymentMethodTypes: ["card"],
      appearance,
    }),
    [order.ticket.price, currency, appearance],
  );
  if (hasFailed) {
    return (
      <div className="grid justify-items-start gap-3">
        <Notice tone="bad">The card form could not be loaded. Check your connection and try again.</Notice>
        <Button onClick={load}>Try again</Button>
      </div>
    );
  }
  if (stripe === null) return <CardSkeleton />;
  return (
    <Elements stripe={stripe} options={options}>
      <PayForm order={order} {...rest} />
    </Elements>
  );
}

function CardSkeleton() {
  return (
    <div role="status" className="pulse-soft grid gap-4">
      <span className="sr-only">Loading the card form…</span>
      <div aria-hidden className="h-12 rounded-control bg-line" />
      <div aria-hidden className="h-12 rounded-control bg-line" />
      <div aria-hidden className="h-12 rounded-control bg-line" />
    </div>
  );
}

function useTill(till: Exclude<Till, { kind: "missing" }>) {
  const [stripe, setStripe] = useState<Stripe | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const load = useCallback(() => {
    setFailed(false);
    loadTill(till).then(setStripe, () => setFailed(true));
  }, [till]);
  useEffect(() => {
    loadTill(till).then(setStripe, () => setFailed(true));
  }, [till]);
  return { stripe, hasFailed, load };
}
