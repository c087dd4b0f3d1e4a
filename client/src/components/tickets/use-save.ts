"use client";

import { useRef, useState } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { createTicket } from "@/lib/api/browser";
import type { ApiResult } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";
import { priceText } from "@/lib/money";
import { describeChange, mergeEdit, saveEdit, type TicketFields } from "@/lib/tickets/edit";

/**
 * Saves the ticket's form, to which `form` refers: a new ticket, or the changes of `ticket`.
 *
 * If that was changed meanwhile, the form says so and has what is stored in the fields that its user left alone; saving
 * again changes that version.
 */
export function useSave(ticket?: Ticket) {
  const form = useRef<HTMLFormElement>(null);
  const [seen, setSeen] = useState(ticket);
  const { currency } = useSiteConfig();

  async function save(typed: TicketFields, rendering: string): Promise<ApiResult<Ticket>> {
    if (!seen) return createTicket(typed, rendering);
    const outcome = await saveEdit(seen, typed);
    if (!("changed" in outcome)) return outcome;
    const current = outcome.changed;
    const shown = mergeEdit(seen, typed, current);
    if (shown.title !== typed.title) fill("title", shown.title);
    if (shown.price !== typed.price) fill("price", priceText(shown.price, currency));
    setSeen(current);
    return { ok: false, problem: describeChange(seen, shown, current, currency) };
  }

  function fill(name: string, value: string) {
    const field = form.current?.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }

  return { form, save };
}
