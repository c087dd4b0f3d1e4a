"use client";

import { usePathname, useRouter } from "next/navigation";
import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { firstMessage } from "@/lib/api/answer";
import { reserve } from "@/lib/api/browser";
import { signInPath } from "@/lib/return-path";

/** Holds the ticket for the visitor and goes on to the order. */
export function ReserveButton({ ticketId, children }: { ticketId: string; children: string }) {
  const router = useRouter();
  const here = usePathname();
  const [pending, start] = useTransition();
  const [refusal, setRefusal] = useState<string | null>(null);

  const order = () =>
    start(async () => {
      setRefusal(null);
      const answer = await reserve(ticketId);
      if (answer.ok) start(() => router.push(`/orders/${answer.data.id}`));
      else if (answer.problem.status === 401) start(() => router.push(signInPath(here)));
      else setRefusal(firstMessage(answer.problem));
    });

  return (
    <>
      <Button look="primary" pending={pending} onClick={order}>
        {pending ? "Reserving…" : children}
      </Button>
      {refusal && <Notice tone="bad">{refusal}</Notice>}
    </>
  );
}
