"use client";

import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Pill, type Status } from "@/components/ui/pill";
import { withdrawAlert } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import type { Alert } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { isWithdrawn } from "@/lib/tickets/withdrawal";
import { toast } from "@/lib/toast";

const POLL_MS = 60_000;

/** The tickets of which the user asked to be told, each with what became of it. */
export function MyAlerts({ alerts }: { alerts: Alert[] }) {
  useLiveAlerts(alerts);
  return (
    <section id="alerts" aria-labelledby="alerts-title" className="mt-10 scroll-mt-20">
      <h2 id="alerts-title" className="mb-3 text-xl">
        Availability alerts
      </h2>
      <ul className="divide-y divide-line rounded-panel border border-line bg-card">
        {alerts.map((alert) => (
          <AlertItem key={alert.id} alert={alert} />
        ))}
      </ul>
    </section>
  );
}

function useLiveAlerts(alerts: Alert[]) {
  const router = useRouter();
  useEffect(
    () =>
      subscribe("tickets", {
        refresh: async () => {},
        pollMs: POLL_MS,
        onEvent: ({ ticket }) => {
          if (alerts.some((alert) => alert.ticket.id === ticket.id)) router.refresh();
        },
      }),
    [alerts, router],
  );
}

function AlertItem({ alert: { ticket, state } }: { alert: Alert }) {
  const { tone, text } = statusOf(ticket, state);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <span className="min-w-0 grow wrap-anywhere">
        {isWithdrawn(ticket) ? (
          ticket.title
        ) : (
          <Link href={`/tickets/${ticket.id}`} className="underline underline-offset-4">
            {ticket.title}
          </Link>
        )}
      </span>
      <Pill tone={tone}>{text}</Pill>
      <RemoveButton ticketId={ticket.id} title={ticket.title} isWaiting={state === "waiting"} />
    </li>
  );
}

function RemoveButton({
  ticketId,
  title,
  isWaiting,
}: {
  ticketId: string;
  title: string;
  isWaiting: boolean;
}) {
  const router = useRouter();
  const [pending, start] = useTransition();

  const remove = () =>
    start(async () => {
      const result = await withdrawAlert(ticketId);
      if (!result.ok) toast.error(firstMessage(result.problem));
      start(() => router.refresh());
    });

  const action = isWaiting ? "Do not tell me" : "Remove";
  return (
    <Button size="small" pending={pending} onClick={remove} aria-label={`${action}: ${title}`}>
      {action}
    </Button>
  );
}

/** After the user was told, the ticket may have been reserved again, sold or withdrawn. */
function statusOf(ticket: Alert["ticket"], state: Alert["state"]): Status {
  if (state === "sold") return { tone: "plain", text: "Sold" };
  if (isWithdrawn(ticket)) return { tone: "plain", text: "Withdrawn" };
  if (!ticket.orderId) return { tone: "ok", text: "Available now" };
  return state === "waiting"
    ? { tone: "warn", text: "Waiting" }
    : { tone: "plain", text: "Reserved or sold" };
}
