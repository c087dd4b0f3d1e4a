import { LoaderCircle } from "lucide-react";

import { Panel } from "@/components/ui/panel";

/** Shown from the submitted payment until the order is complete. */
export function Confirming() {
  return (
    <Panel className="grid justify-items-center gap-3 px-6 py-12 text-center">
      <LoaderCircle aria-hidden size={30} className="animate-spin text-accent" />
      <h2 className="text-lg">Confirming your order</h2>
      <p className="max-w-xs text-muted">This takes a moment. You can close this page.</p>
    </Panel>
  );
}
