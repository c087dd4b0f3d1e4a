import type { Sales, TicketsSummary } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { currency } from "@/lib/settings";

type Total = { count: number; amount: number };

/** What a seller has listed, sold and refunded. Sums that could not be loaded are left out. */
export function SellerSums({ summary, sales }: { summary?: TicketsSummary; sales?: Sales }) {
  // Orders that an earlier release completed have no seller.
  const uncounted = summary && sales ? Math.max(0, summary.sold.count - sales.sold.count) : 0;
  return (
    <dl aria-label="Sums" className="mb-6 grid gap-2 sm:grid-cols-3 sm:gap-3">
      <Sum label="Listed" unit="ticket" total={summary?.listed} />
      <Sum label="Sold" unit="ticket" total={sales?.sold} uncounted={uncounted} />
      <Sum label="Refunded" unit="payment" total={sales?.refunded} />
    </dl>
  );
}

type SumProps = { label: string; unit: string; total?: Total; uncounted?: number };

function Sum({ label, unit, total, uncounted = 0 }: SumProps) {
  return (
    <div
      className="flex items-baseline justify-between gap-x-3 rounded-panel border border-line bg-card px-4.5 py-2
        sm:block sm:py-3"
    >
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="flex flex-row-reverse flex-wrap items-baseline gap-x-3 sm:block">
        {total ? (
          <>
            <span className="figures block text-xl font-semibold sm:text-2xl">
              {formatMoney(total.amount, currency())}
            </span>
            <span className="text-sm text-muted">
              {total.count} {total.count === 1 ? unit : `${unit}s`}
              {uncounted > 0 && `, and ${uncounted} sold before sums were kept`}
            </span>
          </>
        ) : (
          <span className="text-muted">Not available right now</span>
        )}
      </dd>
    </div>
  );
}
