"use client";

import { useEffect, useEffectEvent, useState } from "react";

import { formatRemaining } from "@/lib/orders/countdown";

const TICK_MS = 250;

/** Counts down to `until`, in milliseconds by the browser's clock. Screen readers read it on request only. */
export function RetryCountdown({ until, onOver }: { until: number; onOver: () => void }) {
  const [left, setLeft] = useState<number | null>(null);
  const tick = useEffectEvent(() => {
    setLeft(until - Date.now());
    if (until <= Date.now()) onOver();
  });
  useEffect(() => {
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (left === null) return null;
  return (
    <span className="figures" role="timer" aria-live="off">
      <span className="sr-only">Time left: </span>
      {formatRemaining(left)}
    </span>
  );
}
