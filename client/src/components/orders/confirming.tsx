import { LoaderCircle } from "lucide-react";

import { Panel } from "@/components/ui/panel";

/** Between the bank's yes and the order's. */
export function Confirming() {
  return (
    <Panel className="grid justify-items-center gap-3 px-6 py-12 text-center">
      <LoaderCircle aria-hidden size={30} className="animate-spin text-accent" />
      <h2 className="text-lg">Confirming your order</h2>
      <p className="max-w-xs text-muted">This takes a moment. You may close the page: nothing is lost.</p>
    </Panel>
  );
}
