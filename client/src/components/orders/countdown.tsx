"use client";

import { useEffect, useRef, useState } from "react";

import { announcement, formatRemaining, WARN_BELOW_MS } from "@/lib/orders/countdown";

const RADIUS = 60;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

/** A ring that empties around the time left. Screen readers get announcements at 5, 2 and 1 minutes instead. */
export function Countdown({ remainingMs, totalMs }: { remainingMs: number; totalMs: number }) {
  const fraction = Math.min(1, Math.max(0, remainingMs / totalMs));
  const isLow = remainingMs < WARN_BELOW_MS;
  return (
    <div
      className={`relative grid size-33 shrink-0 place-items-center ${isLow ? "text-warn" : "text-accent"}`}
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
          strokeDasharray={CIRCUMFERENCE}
          strokeDashoffset={(CIRCUMFERENCE * (1 - fraction)).toFixed(2)}
          className="motion-safe:transition-[stroke-dashoffset] motion-safe:duration-300 motion-safe:ease-linear"
        />
      </svg>
      <p
        className={`figures text-[27px] font-semibold ${isLow ? "" : "text-ink"}`}
        role="timer"
        aria-live="off"
      >
        <span className="sr-only">Time left to pay: </span>
        {formatRemaining(remainingMs)}
      </p>
      <Announcement remainingMs={remainingMs} />
    </div>
  );
}

function Announcement({ remainingMs }: { remainingMs: number }) {
  const [text, setText] = useState("");
  const previous = useRef(remainingMs);
  useEffect(() => {
    const next = announcement(previous.current, remainingMs);
    previous.current = remainingMs;
    if (next !== null) setText(next);
  }, [remainingMs]);
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
