"use client";

import { startTransition } from "react";
import { useRouter } from "next/navigation";

import { Button } from "@/components/ui/button";
import { Heading } from "@/components/ui/heading";

/** What nobody foresaw. The header stays, and so does the way back. */
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
      <Heading title="This page could not be shown">
        Nothing is lost: your orders show what you have paid. Try again in a moment.
        {error.digest && <span className="figures mt-2 block text-xs">Reference {error.digest}</span>}
      </Heading>
      <Button look="primary" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}
