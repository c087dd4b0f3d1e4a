"use client";

import { useEffect, useState } from "react";

import { fetchTickets } from "@/lib/api/browser";
import { subscribe } from "@/lib/live";
import { NO_CHANGES, withEvent, withRead, type Changes, type ListedTicket } from "@/lib/tickets/changes";

const POLL_MS = 15_000;

/** What the visitor sees of a list: where it is read again, at most how many, null if it is not newest first. */
export type ListSource = { path: string; limit: number } | null;

/** What has happened to the tickets of a list since it was rendered, and what has been put on sale since. */
export function useTicketChanges(tickets: ListedTicket[], source: ListSource): Changes {
  const [changes, setChanges] = useState(NO_CHANGES);
  const { path, limit } = source ?? { path: "", limit: 0 };
  useEffect(
    () =>
      subscribe("tickets", {
        refresh: async () => {
          if (!path) return;
          const result = await fetchTickets(path);
          if (result.ok) setChanges((known) => withRead(known, tickets, result.data, limit));
        },
        pollMs: POLL_MS,
        onEvent: ({ step, ticket }) => {
          // Only a list that is read again forgets those that it has counted as new.
          if (step === "new" && !path) return;
          setChanges((known) => withEvent(known, tickets, step, ticket));
        },
      }),
    [tickets, path, limit],
  );
  return changes;
}
