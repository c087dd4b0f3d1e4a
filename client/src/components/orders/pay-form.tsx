"use client";

import { PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { useState, type FormEvent } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { Order } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { payWithCard } from "@/lib/stripe/pay-with-card";

type Props = {
  order: Order;
  onPaying: (isPaying: boolean) => void;
  onSubmitted: () => void;
  refresh: () => Promise<unknown>;
};

/** The card form. It only submits the payment; the order shows its result. */
export function PayForm({ order, onPaying, onSubmitted, refresh }: Props) {
  const stripe = useStripe();
  const elements = useElements();
  const { currency } = useSiteConfig();
  const [isPaying, setPaying] = useState(false);
  const [isReady, setReady] = useState(false);
  const [message, setMessage] = useState<string | null>(null);

  async function pay(event: FormEvent) {
    event.preventDefault();
    if (stripe === null || elements === null || isPaying) return;
    setPaying(true);
    onPaying(true);
    setMessage(null);
    const outcome = await payWithCard({ stripe, elements, orderId: order.id });
    if (outcome.kind === "submitted") onSubmitted();
    else setMessage(outcome.message);
    await refresh();
    setPaying(false);
    onPaying(false);
  }

  return (
    <form method="post" onSubmit={pay} className="grid gap-4.5">
      <PaymentElement
        onReady={() => setReady(true)}
        options={{ layout: "tabs", wallets: { applePay: "never", googlePay: "never" } }}
      />
      {message && <Notice tone="bad">{message}</Notice>}
      <Button type="submit" variant="primary" pending={isPaying} disabled={!isReady}>
        {isPaying ? "Paying…" : `Pay ${formatMoney(order.ticket.price, currency)}`}
      </Button>
    </form>
  );
}
