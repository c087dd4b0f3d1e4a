"use client";

import { Elements } from "@stripe/react-stripe-js";
import type { Stripe } from "@stripe/stripe-js";
import { memo, useCallback, useEffect, useMemo, useState } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import type { Order } from "@/lib/api/types";
import { toMinor } from "@/lib/money";
import { loadStripeJs } from "@/lib/stripe/load-stripe";
import { useAppearance } from "@/lib/stripe/use-appearance";
import type { StripeConfig } from "@/lib/settings";

import { PayForm } from "./pay-form";

type Props = {
  order: Order;
  stripeConfig: StripeConfig;
  onPaying: (isPaying: boolean) => void;
  onSubmitted: () => void;
  refresh: () => Promise<unknown>;
};

/** The card form, memoised because the countdown beside it renders four times a second. */
export const PayPanel = memo(function PayPanel({ stripeConfig, ...rest }: Props) {
  return (
    <Panel className="p-6">
      <h2 className="mb-4 text-lg">Pay by card</h2>
      {stripeConfig.kind === "missing" ? <NotConfigured /> : <Card stripeConfig={stripeConfig} {...rest} />}
    </Panel>
  );
});

function NotConfigured() {
  return (
    <Notice tone="warn">
      Card payments are not configured: the operator of this site must set STRIPE_PUBLISHABLE_KEY, the pk_ key
      that belongs to STRIPE_KEY.
    </Notice>
  );
}

function Card({
  order,
  stripeConfig,
  ...rest
}: Omit<Props, "stripeConfig"> & { stripeConfig: Exclude<StripeConfig, { kind: "missing" }> }) {
  const { currency } = useSiteConfig();
  const appearance = useAppearance();
  const { stripe, hasFailed, load } = useStripeJs(stripeConfig);
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

function useStripeJs(stripeConfig: Exclude<StripeConfig, { kind: "missing" }>) {
  const [stripe, setStripe] = useState<Stripe | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const load = useCallback(() => {
    setFailed(false);
    loadStripeJs(stripeConfig).then(setStripe, () => setFailed(true));
  }, [stripeConfig]);
  useEffect(() => {
    loadStripeJs(stripeConfig).then(setStripe, () => setFailed(true));
  }, [stripeConfig]);
  return { stripe, hasFailed, load };
}
