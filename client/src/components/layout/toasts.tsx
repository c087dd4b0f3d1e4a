"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { useSyncExternalStore } from "react";

import { currentToast, onToastChange } from "@/lib/toast";

const noToast = () => null;

/** Shows the current toast and announces it politely to screen readers. */
export function Toasts() {
  const toast = useSyncExternalStore(onToastChange, currentToast, noToast);
  const Icon = toast?.kind === "error" ? CircleAlert : CircleCheck;
  return (
    <div
      role="status"
      className="no-print pointer-events-none fixed inset-x-0 bottom-5 z-20 grid justify-items-center px-4"
    >
      {toast && (
        <p
          key={toast.id}
          className="flex max-w-md items-center gap-2.5 rounded-panel border border-line bg-card px-4 py-3 text-[15px] shadow-lg"
        >
          <Icon aria-hidden size={18} className={toast.kind === "error" ? "text-accent" : "text-ok"} />
          {toast.text}
        </p>
      )}
    </div>
  );
}
