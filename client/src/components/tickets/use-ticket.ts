"use client";

import { useEffect, useState } from "react";

import { fetchTicket } from "@/lib/api/browser";
import type { Ticket } from "@/lib/api/types";
import { pollWhileVisible } from "@/lib/poll";

const POLL_MS = 3_000;

/** The ticket, polled while the page is open. */
export function useTicket(initial: Ticket): Ticket {
  const [latest, setLatest] = useState(initial);
  useEffect(
    () =>
      pollWhileVisible(async () => {
        const result = await fetchTicket(initial.id);
        if (result.ok) setLatest(result.data);
        return POLL_MS;
      }, POLL_MS),
    [initial.id],
  );
  return initial.version > latest.version ? initial : latest;
}
