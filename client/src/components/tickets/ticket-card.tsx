import type { PillTone } from "@/components/ui/pill";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { currency } from "@/lib/settings";

import { TicketFace } from "./ticket-face";

/** How a ticket stands, in a word. */
export type Standing = { tone: PillTone; text: string };

type Props = { ticket: { id: string; title: string; price: number }; href: string; standing: Standing };

/** A ticket in a list; the whole card leads on. */
export function TicketCard({ ticket, href, standing }: Props) {
  return (
    <TicketFace
      number={shortId(ticket.id)}
      title={ticket.title}
      price={formatMoney(ticket.price, currency())}
      href={href}
      {...standing}
    />
  );
}
