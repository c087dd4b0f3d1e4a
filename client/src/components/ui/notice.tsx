import type { ReactNode } from "react";

type Tone = "bad" | "warn" | "ok";

const TONES: Record<Tone, string> = {
  bad: "bg-bad-ground text-ink",
  warn: "bg-warn-ground text-warn",
  ok: "bg-ok-ground text-ok",
};

/** An inline message. Errors are announced at once, others politely. */
export function Notice({
  tone,
  children,
  className = "",
}: {
  tone: Tone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={`rounded-control px-3.5 py-2.5 text-[15px] ${TONES[tone]} ${className}`}
    >
      {children}
    </div>
  );
}
