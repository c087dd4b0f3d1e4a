"use client";

import { usePathname, useRouter } from "next/navigation";
import { useState, useTransition } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { formatMoney } from "@/lib/money";
import { reserveTicket, type ReserveOutcome } from "@/lib/orders/reserve";
import { signInPath } from "@/lib/return-path";

import { HeldOrderLink } from "./held-order-link";
import { RetryCountdown } from "./retry-countdown";

type Props = { ticketId: string; price: number; children: string };

/** Reserves the ticket at the price shown and opens the order; asks first if the price has changed. */
export function ReserveButton({ ticketId, price, children }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const { currency } = useSiteConfig();
  const [pending, start] = useTransition();
  const [outcome, setOutcome] = useState<ReserveOutcome | null>(null);

  const reserve = (expectedPrice: number) =>
    start(async () => {
      setOutcome(null);
      const result = await reserveTicket(ticketId, expectedPrice);
      if (result.kind === "reserved") start(() => router.push(`/orders/${result.orderId}`));
      else if (result.kind === "signed-out") start(() => router.push(signInPath(pathname)));
      else setOutcome(result);
    });

  if (outcome?.kind === "already-held") return <HeldOrderLink order={outcome.order} />;
  if (outcome?.kind === "price-changed") {
    const newPrice = formatMoney(outcome.price, currency);
    return (
      <>
        <Notice tone="warn">The price is now {newPrice}. Reserve at this price?</Notice>
        <div className="flex flex-wrap gap-3">
          <Button variant="primary" pending={pending} onClick={() => reserve(outcome.price)}>
            Reserve for {newPrice}
          </Button>
          <Button variant="quiet" onClick={() => setOutcome(null)}>
            Cancel
          </Button>
        </div>
      </>
    );
  }
  if (outcome?.kind === "too-soon") {
    return (
      <>
        <Button variant="primary" disabled>
          {children}
        </Button>
        <Notice tone="warn">
          {outcome.message} <RetryCountdown until={outcome.until} onOver={() => setOutcome(null)} />
        </Notice>
      </>
    );
  }
  return (
    <>
      <Button variant="primary" pending={pending} onClick={() => reserve(price)}>
        {pending ? "Reserving…" : children}
      </Button>
      {outcome?.kind === "failed" && <Notice tone="bad">{outcome.message}</Notice>}
    </>
  );
}
