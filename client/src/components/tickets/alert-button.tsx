"use client";

import { useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { ProblemMessages } from "@/components/ui/problem-messages";
import { requestAlert, withdrawAlert } from "@/lib/api/browser";
import type { Problem } from "@/lib/api/response";
import { askToNotify } from "@/lib/tickets/notification";

type Props = { ticketId: string; isWaiting: boolean; onChange: (isWaiting: boolean) => void };

/** Lets the user be told when the ticket is available, or no more. */
export function AlertButton({ ticketId, isWaiting, onChange }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, start] = useTransition();

  const change = () =>
    start(async () => {
      if (!isWaiting) void askToNotify();
      const result = await (isWaiting ? withdrawAlert(ticketId) : requestAlert(ticketId));
      start(() => {
        setProblem(result.ok ? null : result.problem);
        if (result.ok) onChange(!isWaiting);
      });
    });

  return (
    <div className="grid justify-items-start gap-3">
      {isWaiting && (
        <p className="text-[15px]">
          You will be told here as soon as this ticket is available. It is listed under{" "}
          <Link href="/orders#alerts" className="font-medium underline underline-offset-4">
            My orders
          </Link>
          .
        </p>
      )}
      <Button variant={isWaiting ? "plain" : "primary"} pending={pending} onClick={change}>
        {isWaiting ? "Do not tell me" : "Tell me when it is available"}
      </Button>
      <ProblemMessages problem={problem} />
    </div>
  );
}
