"use client";

import { PlugZap } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";

import { firstMessage, type Problem } from "@/lib/api/response";

import { Button } from "./button";

/** Shown instead of content that could not be loaded: the reason, and a retry within the page. */
export function Unavailable({ problem }: { problem: Problem }) {
  const router = useRouter();
  const [pending, start] = useTransition();
  return (
    <div
      role="alert"
      className="grid justify-items-center gap-3 rounded-panel border border-line bg-card px-6 py-14 text-center"
    >
      <PlugZap aria-hidden size={34} strokeWidth={1.5} className="text-muted" />
      <h2 className="text-lg">This content could not be loaded</h2>
      <p className="max-w-sm text-muted">{firstMessage(problem)}</p>
      <Button variant="primary" pending={pending} onClick={() => start(() => router.refresh())}>
        Try again
      </Button>
    </div>
  );
}
