"use client";

import { useEffect, useState } from "react";

import { fetchTicket } from "@/lib/api/browser";
import type { Ticket } from "@/lib/api/types";
import { repeatWhileVisible } from "@/lib/repeat";

const LOOK_EVERY_MS = 3_000;

/** The ticket as it is now: sold or free again while one watches. */
export function useTicket(initial: Ticket): Ticket {
  const [seen, setSeen] = useState(initial);
  useEffect(
    () =>
      repeatWhileVisible(async () => {
        const answer = await fetchTicket(initial.id);
        if (answer.ok) setSeen(answer.data);
        return LOOK_EVERY_MS;
      }, LOOK_EVERY_MS),
    [initial.id],
  );
  return initial.version > seen.version ? initial : seen;
}
