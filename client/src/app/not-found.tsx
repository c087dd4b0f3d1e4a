import type { Metadata } from "next";

import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

export const metadata: Metadata = { title: "Not found" };

export default function NotFoundPage() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is nothing at this address">
        <p>The ticket or the page may have been mistyped, or it was never here.</p>
        <ButtonLink href="/">See what is on sale</ButtonLink>
      </Empty>
    </>
  );
}
