import type { ReactNode } from "react";

import { Link } from "@/components/ui/link";
import { shortId } from "@/lib/ids";
import { formatMoney } from "@/lib/money";
import { currency } from "@/lib/settings";

import { TicketShape } from "./ticket-shape";

type Props = { id: string; href: string; title: string; price: number; children: ReactNode };

/** A ticket in a list; the whole card leads on. `children` say how it stands. */
export function TicketCard({ id, href, title, price, children }: Props) {
  return (
    <TicketShape
      stub={formatMoney(price, currency())}
      className="relative h-full transition-[border-color,translate] focus-within:border-accent hover:-translate-y-0.5
        hover:border-field-line"
    >
      <div className="flex h-full flex-col items-start">
        <h2 className="line-clamp-3 text-lg">
          <Link href={href} className="outline-none after:absolute after:inset-0 after:z-1">
            {title}
          </Link>
        </h2>
        <p className="mt-1 text-xs text-muted">
          No. <span className="figures">{shortId(id)}</span>
        </p>
        <div className="mt-auto pt-4">{children}</div>
      </div>
    </TicketShape>
  );
}
