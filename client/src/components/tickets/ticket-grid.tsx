import type { ReactNode } from "react";

import { Skeletons } from "@/components/ui/skeleton";

const GRID = "grid gap-4.5 sm:grid-cols-2 lg:grid-cols-3";

export function TicketGrid({ children }: { children: ReactNode }) {
  return <ul className={GRID}>{children}</ul>;
}

export function TicketGridSkeleton() {
  return <Skeletons count={6} className="h-36" grid={GRID} />;
}
