import type { Entry, Tone } from "@/lib/orders/history";

import { LocalTime } from "./local-time";

const DOTS: Record<Tone, string> = { done: "bg-ok", pending: "bg-accent", failed: "bg-muted" };

/** The order's history as a timeline. */
export function History({ entries }: { entries: Entry[] }) {
  return (
    <ol
      aria-label="History"
      className="relative grid gap-3.5 text-sm before:absolute before:inset-y-1 before:left-1 before:w-0.5 before:bg-line"
    >
      {entries.map(({ at, text, tone }, index) => (
        <li key={index} className="relative flex items-baseline gap-x-2.5 pl-7">
          <span aria-hidden className={`absolute top-1.5 left-0 size-2.5 rounded-full ${DOTS[tone]}`} />
          {at !== null && (
            <span className="text-muted">
              <LocalTime at={at} />
            </span>
          )}
          <span className="min-w-0">{text}</span>
        </li>
      ))}
    </ol>
  );
}
