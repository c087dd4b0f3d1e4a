"use client";

import { Link } from "@/components/ui/link";
import { Pill, type Standing } from "@/components/ui/pill";

import { TicketShape } from "./ticket-shape";

type Props = { number: string; title: string; price: string; href: string } & Standing;

/**
 * What a card shows, as words.
 *
 * A client component, though it only links: of those a page carries the properties beside its HTML, and not the whole
 * markup once more. That is 1 KB for each ticket of a list.
 */
export function TicketFace({ number, title, price, href, tone, text }: Props) {
  return (
    <TicketShape
      stub={price}
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
          No. <span className="figures">{number}</span>
        </p>
        <div className="mt-auto pt-4">
          <Pill tone={tone}>{text}</Pill>
        </div>
      </div>
    </TicketShape>
  );
}
