"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import { boundsOf, intersect, offsetOf, type Bounds } from "@/lib/clock";

type TimedResponse = Parameters<typeof boundsOf>[0];

const TICK_MS = 250;

/**
 * The server's time in milliseconds, ticking, independent of the browser's clock.
 *
 * `renderedAt` is the server's time when it rendered the page; `calibrate` refines the estimate with each response.
 */
export function useServerClock(renderedAt: number) {
  const [now, setNow] = useState(renderedAt);
  const offset = useRef<number | null>(null);
  const bounds = useRef<Bounds | null>(null);

  const calibrate = useCallback((response: TimedResponse) => {
    const latest = boundsOf(response);
    if (latest === null) return;
    bounds.current = intersect(bounds.current, latest);
    offset.current = offsetOf(bounds.current);
  }, []);

  useEffect(() => {
    offset.current ??= renderedAt - Date.now();
    const timer = setInterval(() => setNow(Date.now() + (offset.current ?? 0)), TICK_MS);
    return () => clearInterval(timer);
  }, [renderedAt]);

  return { now, calibrate };
}
