/** Editing a ticket that another tab or device may change meanwhile. */

import { editTicket, fetchTicket } from "@/lib/api/browser";
import type { ApiResult, Problem } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";
import { formatMoney, type Currency } from "@/lib/money";

export type TicketFields = Pick<Ticket, "title" | "price">;

/** Changes the ticket that the user has seen. If it shows something else by now, nothing is changed but returned. */
export async function saveEdit(
  seen: Ticket,
  fields: TicketFields,
): Promise<ApiResult<Ticket> | { changed: Ticket }> {
  const result = await editTicket(seen.id, fields, seen.version);
  if (result.ok || result.problem.status !== 412) return result;
  const current = await fetchTicket(seen.id);
  if (!current.ok) return current;
  // Such as a reservation that came and went.
  if (isSame(current.data, seen)) return saveEdit(current.data, fields);
  return { changed: current.data };
}

/** What the form shows after a change by others: what its user typed, else what is stored. */
export function mergeEdit(seen: TicketFields, typed: TicketFields, current: TicketFields): TicketFields {
  return {
    title: typed.title === seen.title ? current.title : typed.title,
    price: typed.price === seen.price ? current.price : typed.price,
  };
}

/** Says what changed; beside a field that both have changed, what saving again would replace. */
export function describeChange(
  seen: TicketFields,
  shown: TicketFields,
  current: TicketFields,
  currency: Currency,
): Problem {
  const price = formatMoney(current.price, currency);
  const hasNew = { title: current.title !== seen.title, price: current.price !== seen.price };
  const changes = [
    ...(hasNew.title ? [`the title is now “${current.title}”`] : []),
    ...(hasNew.price ? [`the price is now ${price}`] : []),
  ];
  return {
    status: 412,
    messages: [`This ticket was changed meanwhile: ${changes.join(", and ")}. Check it, then save again.`],
    fields: {
      ...(hasNew.title && shown.title !== current.title && { title: `Saving replaces “${current.title}”.` }),
      ...(hasNew.price && shown.price !== current.price && { price: `Saving replaces ${price}.` }),
    },
  };
}

function isSame(one: TicketFields, other: TicketFields): boolean {
  return one.title === other.title && one.price === other.price;
}
