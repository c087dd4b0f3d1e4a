"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import { boundsOf, narrowed, offsetOf, type Bounds } from "@/lib/clock";

type Answered = Parameters<typeof boundsOf>[0];

const TICK_MS = 250;

/**
 * The server's time in milliseconds, ticking, whatever the visitor's own clock says.
 *
 * `renderedAt` is the server's time when it wrote the page; `calibrate` takes every later answer in.
 */
export function useServerClock(renderedAt: number) {
  const [now, setNow] = useState(renderedAt);
  const offset = useRef<number | null>(null);
  const bounds = useRef<Bounds | null>(null);

  const calibrate = useCallback((answer: Answered) => {
    const news = boundsOf(answer);
    if (news === null) return;
    bounds.current = narrowed(bounds.current, news);
    offset.current = offsetOf(bounds.current);
  }, []);

  useEffect(() => {
    offset.current ??= renderedAt - Date.now();
    const timer = setInterval(() => setNow(Date.now() + (offset.current ?? 0)), TICK_MS);
    return () => clearInterval(timer);
  }, [renderedAt]);

  return { now, calibrate };
}
