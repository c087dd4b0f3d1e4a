"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";

import { ConfirmButton } from "@/components/ui/confirm-button";
import { withdrawTicket } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";
import { toast } from "@/lib/toast";

/** Withdraws the user's own ticket after a confirmation, unless it has changed meanwhile. */
export function WithdrawButton({ ticket }: { ticket: Ticket }) {
  const router = useRouter();

  async function withdraw() {
    const result = await withdrawTicket(ticket.id, ticket.version);
    if (result.ok) toast.success("Your ticket is withdrawn.");
    else toast.error(firstMessage(result.problem));
    startTransition(() => {
      if (result.ok) router.push(`/tickets/${ticket.id}`);
      router.refresh();
    });
  }

  return (
    <ConfirmButton
      question="Withdraw this ticket?"
      consequence="It goes off sale for good, and nobody else can see it any more."
      yes="Yes, withdraw it"
      no="Keep ticket"
      onConfirm={withdraw}
    >
      Withdraw ticket
    </ConfirmButton>
  );
}
