"use client";

import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { firstMessage } from "@/lib/api/answer";
import { release } from "@/lib/api/browser";
import { sayDone, sayFailed } from "@/lib/say";

type Props = { orderId: string; onReleased: () => Promise<unknown> };

/** Gives the ticket back; asks once, in place. */
export function ReleaseButton({ orderId, onReleased }: Props) {
  const [isAsking, setAsking] = useState(false);
  const [pending, start] = useTransition();

  const giveBack = () =>
    start(async () => {
      const answer = await release(orderId);
      if (answer.ok) sayDone("Released. The ticket is on sale again.");
      else sayFailed(firstMessage(answer.problem));
      await onReleased();
    });

  if (!isAsking) {
    return (
      <Button className="justify-self-start" onClick={() => setAsking(true)}>
        Release this ticket
      </Button>
    );
  }
  return (
    <div role="group" aria-label="Release this ticket?" className="flex flex-wrap items-center gap-2.5">
      <p className="w-full text-[15px]">Give it back? Somebody else can take it at once.</p>
      <Button autoFocus pending={pending} onClick={giveBack}>
        Yes, release it
      </Button>
      <Button look="quiet" disabled={pending} onClick={() => setAsking(false)}>
        Keep it
      </Button>
    </div>
  );
}
