"use client";

import { useEffect, useRef, useState } from "react";

import { announcement, formatRemaining, WARN_BELOW_MS } from "@/lib/orders/countdown";

const RADIUS = 60;
const LENGTH = 2 * Math.PI * RADIUS;

/** A ring that empties and a number. The number is for the eye; screen readers hear of 5, 2 and 1 minutes. */
export function Countdown({ remainingMs, wholeMs }: { remainingMs: number; wholeMs: number }) {
  const left = Math.min(1, Math.max(0, remainingMs / wholeMs));
  const isShort = remainingMs < WARN_BELOW_MS;
  return (
    <div
      className={`relative grid size-33 shrink-0 place-items-center ${isShort ? "text-warn" : "text-accent"}`}
    >
      <svg viewBox="0 0 132 132" aria-hidden className="absolute inset-0 -rotate-90">
        <circle cx="66" cy="66" r={RADIUS} fill="none" stroke="var(--line)" strokeWidth="10" />
        <circle
          cx="66"
          cy="66"
          r={RADIUS}
          fill="none"
          stroke="currentColor"
          strokeWidth="10"
          strokeDasharray={LENGTH}
          strokeDashoffset={(LENGTH * (1 - left)).toFixed(2)}
          className="motion-safe:transition-[stroke-dashoffset] motion-safe:duration-300 motion-safe:ease-linear"
        />
      </svg>
      <p
        className={`figures text-[27px] font-semibold ${isShort ? "" : "text-ink"}`}
        role="timer"
        aria-live="off"
      >
        <span className="sr-only">Time left to pay: </span>
        {formatRemaining(remainingMs)}
      </p>
      <Spoken remainingMs={remainingMs} />
    </div>
  );
}

function Spoken({ remainingMs }: { remainingMs: number }) {
  const [words, setWords] = useState("");
  const before = useRef(remainingMs);
  useEffect(() => {
    const news = announcement(before.current, remainingMs);
    before.current = remainingMs;
    if (news !== null) setWords(news);
  }, [remainingMs]);
  return (
    <p aria-live="polite" className="sr-only">
      {words}
    </p>
  );
}
