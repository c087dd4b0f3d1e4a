"use client";

import { PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { useState, type FormEvent } from "react";

import { useShop } from "@/components/layout/shop";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { Order } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { payWithCard, type Outcome } from "@/lib/stripe/pay-with-card";

type Props = {
  order: Order;
  wasDeclined: boolean;
  onTrying: (isTrying: boolean) => void;
  onSubmitted: () => void;
  look: () => Promise<unknown>;
};

const EARLIER_DECLINE = "Your bank declined the last card. Nothing was charged. Try another card.";

/** The card and the button. Whatever happens to the money, the order tells; this form only starts it. */
export function PayForm({ order, wasDeclined, onTrying, onSubmitted, look }: Props) {
  const stripe = useStripe();
  const elements = useElements();
  const { currency } = useShop();
  const [isPaying, setPaying] = useState(false);
  const [isReady, setReady] = useState(false);
  const [message, setMessage] = useState<string | null>(null);
  const shown = message ?? (wasDeclined && !isPaying ? EARLIER_DECLINE : null);

  async function pay(event: FormEvent) {
    event.preventDefault();
    if (stripe === null || elements === null || isPaying) return;
    setPaying(true);
    onTrying(true);
    setMessage(null);
    take(await payWithCard({ stripe, elements, orderId: order.id }));
    await look();
    setPaying(false);
    onTrying(false);
  }

  function take(outcome: Outcome) {
    setMessage(outcome.kind === "taken" ? null : outcome.message);
    if (outcome.kind === "taken") onSubmitted();
  }

  return (
    <form method="post" onSubmit={pay} className="grid gap-4.5">
      <PaymentElement
        onReady={() => setReady(true)}
        options={{ layout: "tabs", wallets: { applePay: "never", googlePay: "never" } }}
      />
      {shown && <Notice tone="bad">{shown}</Notice>}
      <Button type="submit" look="primary" pending={isPaying} disabled={!isReady}>
        {isPaying ? "Paying…" : `Pay ${formatMoney(order.ticket.price, currency)}`}
      </Button>
    </form>
  );
}
