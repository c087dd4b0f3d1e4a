"use client";

import { useCallback, useEffect, useState } from "react";

import { fetchOrder } from "@/lib/api/browser";
import type { OrderDetails } from "@/lib/api/types";
import { lookAgainIn, phaseOf, wasDeclined, type Phase } from "@/lib/orders/phase";
import { repeatWhileVisible } from "@/lib/repeat";

import { useServerClock } from "./use-server-clock";

const SOON_MS = 700;

/** Whether money may be on its way, though the order does not know: then nobody may say that nothing was charged. */
function isUnderWay(phase: Phase, isTrying: boolean, isAwaiting: boolean): boolean {
  if (phase === "open") return isAwaiting;
  return (phase === "overdue" || phase === "expired") && (isTrying || isAwaiting);
}

/** The order as it is now, followed until nothing more can happen to it. */
export function useOrder(initial: OrderDetails, renderedAt: number) {
  const [order, setOrder] = useState(initial);
  const [isOffline, setOffline] = useState(false);
  const [submittedAt, setSubmittedAt] = useState<number | null>(null);
  const [isTrying, setTrying] = useState(false);
  const { now, calibrate } = useServerClock(renderedAt);

  const look = useCallback(async (): Promise<OrderDetails | null> => {
    const answer = await fetchOrder(initial.id);
    setOffline(!answer.ok && answer.problem.status !== 401);
    if (!answer.ok) return null;
    calibrate(answer);
    setOrder((known) => (answer.data.version >= known.version ? answer.data : known));
    return answer.data;
  }, [initial.id, calibrate]);

  const phase = phaseOf(order, now);
  // A refusal that came after the try: the buyer has the word again.
  const isAwaiting = submittedAt !== null && !(wasDeclined(order) && order.version > submittedAt);
  const noteSubmitted = useCallback(() => setSubmittedAt(order.version), [order.version]);
  const every = isAwaiting && (phase === "open" || phase === "overdue") ? SOON_MS : lookAgainIn(phase);
  useEffect(() => {
    if (every === null) return undefined;
    return repeatWhileVisible(
      async () => {
        await look();
        return every;
      },
      Math.min(every, SOON_MS),
    );
  }, [look, every]);

  const isConfirming = phase === "processing" || isUnderWay(phase, isTrying, isAwaiting);
  return { order, phase, now, isOffline, isConfirming, setTrying, noteSubmitted, look };
}
