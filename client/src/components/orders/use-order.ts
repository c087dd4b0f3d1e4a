"use client";

import { useCallback, useEffect, useState } from "react";

import { fetchOrder } from "@/lib/api/browser";
import { isRetryable } from "@/lib/api/response";
import type { OrderDetails } from "@/lib/api/types";
import { pollInterval, phaseOf, wasDeclined, type Phase } from "@/lib/orders/phase";
import { pollWhileVisible } from "@/lib/poll";

import { useServerClock } from "./use-server-clock";

const FAST_POLL_MS = 700;

/** Whether a payment may be in flight: until it is settled, the page must not say that nothing was charged. */
function isInFlight(phase: Phase, isPaying: boolean, isSubmitted: boolean): boolean {
  if (phase === "open") return isSubmitted;
  return (phase === "overdue" || phase === "expired") && (isPaying || isSubmitted);
}

/** The order, polled until it is final. */
export function useOrder(initial: OrderDetails, renderedAt: number) {
  const [order, setOrder] = useState(initial);
  const [isOffline, setOffline] = useState(false);
  const [submittedAt, setSubmittedAt] = useState<number | null>(null);
  const [isPaying, setPaying] = useState(false);
  const { now, calibrate } = useServerClock(renderedAt);

  const refresh = useCallback(async (): Promise<OrderDetails | null> => {
    const result = await fetchOrder(initial.id);
    setOffline(!result.ok && isRetryable(result.problem));
    if (!result.ok) return null;
    calibrate(result);
    setOrder((known) => (result.data.version >= known.version ? result.data : known));
    return result.data;
  }, [initial.id, calibrate]);

  const phase = phaseOf(order, now);
  // A decline after the submission gives the form back to the buyer.
  const isSubmitted = submittedAt !== null && !(wasDeclined(order) && order.version > submittedAt);
  const onSubmitted = useCallback(() => setSubmittedAt(order.version), [order.version]);
  const interval =
    isSubmitted && (phase === "open" || phase === "overdue") ? FAST_POLL_MS : pollInterval(phase);
  useEffect(() => {
    if (interval === null) return undefined;
    return pollWhileVisible(
      async () => {
        await refresh();
        return interval;
      },
      Math.min(interval, FAST_POLL_MS),
    );
  }, [refresh, interval]);

  const isConfirming = phase === "processing" || isInFlight(phase, isPaying, isSubmitted);
  return { order, phase, now, isOffline, isConfirming, setPaying, onSubmitted, refresh };
}
