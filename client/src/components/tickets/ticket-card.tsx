import type { Standing } from "@/components/ui/pill";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { currency } from "@/lib/settings";

import { TicketFace } from "./ticket-face";

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
