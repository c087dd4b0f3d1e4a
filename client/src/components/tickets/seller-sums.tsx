import type { Sales, TicketsSummary } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { currency } from "@/lib/settings";

type Total = { count: number; amount: number };

/** What a seller has listed, sold and refunded. Sums that could not be loaded are left out. */
export function SellerSums({ summary, sales }: { summary?: TicketsSummary; sales?: Sales }) {
  return (
    <dl aria-label="Sums" className="mb-6 grid gap-3 sm:grid-cols-3">
      <Sum label="Listed" unit="ticket" total={summary?.listed} />
      <Sum label="Sold" unit="ticket" total={sales?.sold} />
      <Sum label="Refunded" unit="payment" total={sales?.refunded} />
    </dl>
  );
}

function Sum({ label, unit, total }: { label: string; unit: string; total?: Total }) {
  return (
    <div
      className="flex items-baseline justify-between gap-x-3 rounded-panel border border-line bg-card px-4.5 py-3
        sm:block"
    >
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="text-right sm:text-left">
        {total ? (
          <>
            <span className="figures block text-2xl font-semibold">
              {formatMoney(total.amount, currency())}
            </span>
            <span className="text-sm text-muted">
              {total.count} {total.count === 1 ? unit : `${unit}s`}
            </span>
          </>
        ) : (
          <span className="text-muted">Not available right now</span>
        )}
      </dd>
    </div>
  );
}
