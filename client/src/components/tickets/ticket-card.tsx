"use client";

import { useSiteConfig } from "@/components/layout/site-config";
import { LocalTime } from "@/components/orders/local-time";
import { Link } from "@/components/ui/link";
import { Pill, type Status } from "@/components/ui/pill";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";

import { MarkedTitle } from "./search-marks";
import { TicketShape } from "./ticket-shape";

/** `until`: when the status ends. */
type Props = { id: string; title: string; price: number; href: string; status: Status; until?: number };

/**
 * A ticket in a list, linked as a whole.
 *
 * A client component although it has no state: the page carries its props beside the HTML instead of its whole markup a
 * second time, 1 KB per ticket.
 */
export function TicketCard({ id, title, price, href, status, until }: Props) {
  const { currency } = useSiteConfig();
  return (
    <TicketShape
      stub={formatMoney(price, currency)}
      className="relative h-full transition-[border-color,translate] focus-within:border-accent hover:-translate-y-0.5
        hover:border-field-line"
    >
      <div className="flex h-full flex-col items-start">
        <h2 dir="auto" className="line-clamp-3 self-stretch text-lg">
          <Link href={href} className="outline-none after:absolute after:inset-0 after:z-1">
            <MarkedTitle title={title} />
          </Link>
        </h2>
        <p className="mt-1 text-xs text-muted">
          No. <span className="figures">{shortId(id)}</span>
        </p>
        <div className="mt-auto pt-4">
          <Pill tone={status.tone}>
            {status.text}
            {until !== undefined && (
              <>
                {" until "}
                <LocalTime at={until} />
              </>
            )}
          </Pill>
        </div>
      </div>
    </TicketShape>
  );
}
