import { Link } from "@/components/ui/link";
import type { Availability, TicketsSummary } from "@/lib/api/types";

import { STATES } from "./state";

type Props = { path: string; state?: Availability; summary?: TicketsSummary };

/** Links to all of a seller's tickets, and to those in each state, with their numbers if these are known. */
export function StateFilter({ path, state, summary }: Props) {
  const names = Object.keys(STATES) as Availability[];
  return (
    <nav aria-label="Filter by state" className="flex flex-wrap gap-2">
      <Choice href={path} isChosen={state === undefined} text="All" count={summary?.listed.count} />
      {names.map((name) => (
        <Choice
          key={name}
          href={`${path}?state=${name}`}
          isChosen={state === name}
          text={STATES[name].status.text}
          count={summary?.[STATES[name].total].count}
        />
      ))}
    </nav>
  );
}

type ChoiceProps = { href: string; isChosen: boolean; text: string; count?: number };

function Choice({ href, isChosen, text, count }: ChoiceProps) {
  return (
    <Link
      href={href}
      aria-current={isChosen ? "page" : undefined}
      className="inline-flex h-10 items-center gap-1.5 rounded-full border border-line bg-card px-4 text-[15px] text-muted
        hover:border-field-line hover:text-ink aria-[current=page]:border-ink aria-[current=page]:text-ink"
    >
      {text}
      {count !== undefined && <span className="figures"> {count}</span>}
    </Link>
  );
}
