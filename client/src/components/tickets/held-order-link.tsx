import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import type { HeldOrder } from "@/lib/orders/reserve";

/** The way back to the user's own order of a ticket. */
export function HeldOrderLink({ order }: { order: HeldOrder }) {
  return (
    <Notice tone="ok">
      You {order.isPaid ? "bought" : "reserved"} this ticket:{" "}
      <Link href={`/orders/${order.id}`} className="font-medium underline underline-offset-4">
        {order.isPaid ? "see your order" : "continue to your order"}
      </Link>
    </Notice>
  );
}
