"use client";

import { ConfirmButton } from "@/components/ui/confirm-button";
import { release } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import { toast } from "@/lib/toast";

type Props = { orderId: string; onReleased: () => Promise<unknown> };

/** Releases the ticket after a confirmation. */
export function ReleaseButton({ orderId, onReleased }: Props) {
  async function releaseTicket() {
    const result = await release(orderId);
    if (result.ok) toast.success("Ticket released. It is on sale again.");
    else toast.error(firstMessage(result.problem));
    await onReleased();
  }

  return (
    <ConfirmButton
      question="Release this ticket?"
      consequence="Others can reserve it immediately; you will have to wait a minute."
      yes="Yes, release it"
      no="Keep ticket"
      className="justify-self-start"
      onConfirm={releaseTicket}
    >
      Release this ticket
    </ConfirmButton>
  );
}
