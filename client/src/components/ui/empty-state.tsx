import { TicketX } from "lucide-react";
import type { ReactNode } from "react";

/** An empty list or page, with what to do next. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-3 rounded-panel border-2 border-dashed border-line px-6 py-14 text-center">
      <TicketX aria-hidden size={34} strokeWidth={1.5} className="text-muted" />
      <h2 className="text-lg">{title}</h2>
      <div className="grid max-w-sm justify-items-center gap-4 text-muted">{children}</div>
    </div>
  );
}
