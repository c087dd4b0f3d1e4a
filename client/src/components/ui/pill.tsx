import type { ReactNode } from "react";

type PillTone = "ok" | "warn" | "bad" | "plain";

/** The status of a ticket or an order. */
export type Status = { tone: PillTone; text: string };

const TONES: Record<PillTone, string> = {
  ok: "bg-ok-ground text-ok",
  warn: "bg-warn-ground text-warn",
  bad: "bg-bad-ground text-ink",
  plain: "bg-paper text-muted ring-1 ring-line",
};

export function Pill({ tone, children }: { tone: PillTone; children: ReactNode }) {
  return (
    <span className={`inline-block rounded-full px-2.5 py-0.5 text-xs font-semibold ${TONES[tone]}`}>
      {children}
    </span>
  );
}
