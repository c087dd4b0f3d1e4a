import type { ReactNode } from "react";

type Props = { stub: ReactNode; children: ReactNode; size?: "card" | "page"; className?: string };

/** A ticket: its content and, beyond the perforation, the stub. */
export function TicketShape({ stub, children, size = "card", className = "" }: Props) {
  const isCard = size === "card";
  return (
    <div
      className={`flex overflow-hidden rounded-panel border border-line bg-card ${isCard ? "min-h-36" : "min-h-48"} ${className}`}
    >
      <div className={`min-w-0 flex-1 ${isCard ? "p-4.5" : "p-6 sm:p-8"}`}>{children}</div>
      <div
        className={`perforation figures grid shrink-0 place-items-center px-3 font-semibold ${
          isCard ? "min-w-27 text-xl" : "min-w-30 text-2xl sm:min-w-52 sm:text-4xl"
        }`}
      >
        {stub}
      </div>
    </div>
  );
}
