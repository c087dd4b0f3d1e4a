"use client";

import { useCallback, useEffect, useState } from "react";

import { fetchOrder } from "@/lib/api/browser";
import { isRetryable, type Problem } from "@/lib/api/response";
import type { OrderDetails } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { newerOf } from "@/lib/newer";
import { pollInterval, summaryOf, viewOf, wasDeclined } from "@/lib/orders/view";
import { pollWhileVisible } from "@/lib/poll";

import { useServerClock } from "./use-server-clock";

const FAST_POLL_MS = 700;

/**
 * The order, followed until it is final.
 *
 * While `isInFlight`, a payment may have been charged that the order does not show yet: the page must not say otherwise.
 */
export function useOrder(initial: OrderDetails, renderedAt: number) {
  const [order, setOrder] = useState(initial);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [submittedAt, setSubmittedAt] = useState<number | null>(null);
  const [isPaying, setPaying] = useState(false);
  const { now, calibrate } = useServerClock(renderedAt);

  const refresh = useCallback(async (): Promise<OrderDetails | null> => {
    const result = await fetchOrder(initial.id);
    setProblem(!result.ok && isRetryable(result.problem) ? result.problem : null);
    if (!result.ok) return null;
    calibrate(result);
    setOrder((known) => newerOf(known, result.data));
    return result.data;
  }, [initial.id, calibrate]);

  const view = viewOf(order, now);
  // A decline after the submission gives the form back to the buyer.
  const isSubmitted = submittedAt !== null && !(wasDeclined(order) && order.version > submittedAt);
  const onSubmitted = useCallback(() => setSubmittedAt(order.version), [order.version]);
  const isUnpaid = view === "overdue" || summaryOf(order).state === "expired";
  const isInFlight = view === "payable" ? isSubmitted : isUnpaid && (isPaying || isSubmitted);
  const interval = isSubmitted && isInFlight ? FAST_POLL_MS : pollInterval(order, view);
  const isClosed = view === "closed";
  useEffect(() => {
    if (interval === null) return undefined;
    // A page with a closed order follows its ticket: a browser allows only a few connections to a site.
    if (isClosed)
      return pollWhileVisible(() => refresh().then(() => interval), Math.min(interval, FAST_POLL_MS));
    return subscribe("orders", {
      refresh,
      pollMs: interval,
      onEvent: ({ order: latest }) =>
        setOrder((known) => (latest.id === known.id ? newerOf(known, latest) : known)),
    });
  }, [refresh, interval, isClosed]);

  return { order, now, problem, isInFlight, setPaying, onSubmitted, refresh };
}
