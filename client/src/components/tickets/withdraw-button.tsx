"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { withdrawTicket } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";
import { toast } from "@/lib/toast";

/** Withdraws the user's own ticket after an inline confirmation, unless it has changed meanwhile. */
export function WithdrawButton({ ticket }: { ticket: Ticket }) {
  const router = useRouter();
  const [isConfirming, setConfirming] = useState(false);
  const [isKept, setKept] = useState(false);
  const [pending, start] = useTransition();

  const confirm = () =>
    start(async () => {
      const result = await withdrawTicket(ticket.id, ticket.version);
      if (result.ok) toast.success("Your ticket is withdrawn.");
      else toast.error(firstMessage(result.problem));
      start(() => {
        setConfirming(false);
        if (result.ok) router.push(`/tickets/${ticket.id}`);
        router.refresh();
      });
    });

  // The button that replaces the question gets the focus.
  const keep = () => {
    setKept(true);
    setConfirming(false);
  };

  if (!isConfirming) {
    return (
      <Button autoFocus={isKept} onClick={() => setConfirming(true)}>
        Withdraw ticket
      </Button>
    );
  }
  return (
    <div role="group" aria-label="Withdraw this ticket?" className="flex flex-wrap items-center gap-2.5">
      <p className="w-full text-[15px]">
        Withdraw this ticket? It goes off sale for good, and nobody else can see it any more.
      </p>
      <Button pending={pending} onClick={confirm}>
        Yes, withdraw it
      </Button>
      {/* A key that is held down would press the button that gets the focus. */}
      <Button autoFocus variant="quiet" disabled={pending} onClick={keep}>
        Keep ticket
      </Button>
    </div>
  );
}
