"use client";

import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { firstMessage } from "@/lib/api/response";
import { release } from "@/lib/api/browser";
import { toast } from "@/lib/toast";

type Props = { orderId: string; onReleased: () => Promise<unknown> };

/** Releases the ticket after an inline confirmation. */
export function ReleaseButton({ orderId, onReleased }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const [isKept, setKept] = useState(false);
  const [pending, start] = useTransition();

  const confirm = () =>
    start(async () => {
      const result = await release(orderId);
      if (result.ok) toast.success("Ticket released. It is on sale again.");
      else toast.error(firstMessage(result.problem));
      await onReleased();
    });

  // The button that replaces the question gets the focus.
  const keep = () => {
    setKept(true);
    setConfirming(false);
  };

  if (!isConfirming) {
    return (
      <Button autoFocus={isKept} className="justify-self-start" onClick={() => setConfirming(true)}>
        Release this ticket
      </Button>
    );
  }
  return (
    <div role="group" aria-label="Release this ticket?" className="flex flex-wrap items-center gap-2.5">
      <p className="w-full text-[15px]">
        Release this ticket? Others can reserve it immediately; you will have to wait a minute.
      </p>
      <Button pending={pending} onClick={confirm}>
        Yes, release it
      </Button>
      {/* A key that is held down would press the button that gets the focus. */}
      <Button autoFocus variant="quiet" disabled={pending} onClick={keep}>
        Keep ticket
      </Button>
    </div>
  );
}
