"use client";

import { useEffect, useState } from "react";

import type { Ticket } from "@/lib/api/types";
import { subscribe } from "@/lib/live";
import { notifyOfTicket } from "@/lib/tickets/notification";
import { isWithdrawn } from "@/lib/tickets/withdrawal";

/** Whether the user waits for the ticket, or was notified here that it is available. */
type AlertStatus = "none" | "waiting" | "notified";

const POLL_MS = 60_000;

/** Follows the ticket, also while the page is hidden, as long as the user waits, and notifies once. */
export function useAlert(ticket: Ticket, startsWaiting: boolean) {
  const [status, setStatus] = useState<AlertStatus>(startsWaiting ? "waiting" : "none");
  const isAvailable = !ticket.orderId && !isWithdrawn(ticket);
  if (status === "waiting" && isAvailable) setStatus("notified");
  if (status === "notified" && !isAvailable) setStatus("none");
  useEffect(() => {
    if (status === "notified") notifyOfTicket(ticket);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, whatever happens to the ticket afterwards
  }, [status]);
  useEffect(() => {
    if (status !== "waiting") return;
    // The page's own subscription brings the news; this one keeps the stream open.
    return subscribe("tickets", {
      refresh: async () => {},
      pollMs: POLL_MS,
      onEvent: () => {},
      whileHidden: true,
    });
  }, [status]);
  return { status, setStatus };
}
