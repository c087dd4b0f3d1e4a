"use client";

import { startTransition } from "react";
import { useRouter } from "next/navigation";

import { Button } from "@/components/ui/button";
import { Heading } from "@/components/ui/heading";

/** Shown for unexpected errors; the header stays. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const router = useRouter();
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <div role="alert">
      <Heading title="Something went wrong">
        This page could not be shown. Your orders and payments are not affected. Try again in a moment.
        {error.digest && <span className="figures mt-2 block text-xs">Reference {error.digest}</span>}
      </Heading>
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}
