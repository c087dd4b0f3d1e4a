import type { Metadata } from "next";

import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

export const metadata: Metadata = { title: "Not found" };

export default function NotFoundPage() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <EmptyState title="Page not found">
        <p>Check the address, or see what is on sale.</p>
        <ButtonLink href="/">Browse tickets</ButtonLink>
      </EmptyState>
    </>
  );
}
