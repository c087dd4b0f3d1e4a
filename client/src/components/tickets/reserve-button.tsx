"use client";

import { usePathname, useRouter } from "next/navigation";
import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { firstMessage } from "@/lib/api/response";
import { reserve } from "@/lib/api/browser";
import { signInPath } from "@/lib/return-path";

/** Reserves the ticket and opens the order. */
export function ReserveButton({ ticketId, children }: { ticketId: string; children: string }) {
  const router = useRouter();
  const here = usePathname();
  const [pending, start] = useTransition();
  const [error, setError] = useState<string | null>(null);

  const handleClick = () =>
    start(async () => {
      setError(null);
      const result = await reserve(ticketId);
      if (result.ok) start(() => router.push(`/orders/${result.data.id}`));
      else if (result.problem.status === 401) start(() => router.push(signInPath(here)));
      else setError(firstMessage(result.problem));
    });

  return (
    <>
      <Button variant="primary" pending={pending} onClick={handleClick}>
        {pending ? "Reserving…" : children}
      </Button>
      {error && <Notice tone="bad">{error}</Notice>}
    </>
  );
}
