"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { useSyncExternalStore } from "react";

import { onSaid, said } from "@/lib/say";

const nothing = () => null;

/** Short words about what has just been done: read out politely, gone by themselves. */
export function Toasts() {
  const now = useSyncExternalStore(onSaid, said, nothing);
  const Icon = now?.tone === "failed" ? CircleAlert : CircleCheck;
  return (
    <div
      role="status"
      className="no-print pointer-events-none fixed inset-x-0 bottom-5 z-20 grid justify-items-center px-4"
    >
      {now && (
        <p
          key={now.id}
          className="flex max-w-md items-center gap-2.5 rounded-panel border border-line bg-card px-4 py-3 text-[15px] shadow-lg"
        >
          <Icon aria-hidden size={18} className={now.tone === "failed" ? "text-accent" : "text-ok"} />
          {now.words}
        </p>
      )}
    </div>
  );
}
