import type { Status } from "@/components/ui/pill";
import type { Phase } from "@/lib/orders/phase";

/** Under the order's title. Worded so that a payment in flight may still arrive. */
export const SUBTITLE: Record<Phase, string> = {
  open: "Reserved for you. Pay before the time runs out, or the ticket goes back on sale.",
  processing: "We have received your payment and are confirming your order.",
  overdue: "The time to pay has run out. No payment has been received.",
  paid: "Paid. The ticket is yours.",
  expired: "The time to pay has run out. No payment has been received.",
  released: "You released this ticket. No payment has been received.",
  refunding: "The ticket was no longer available. Your payment will be refunded.",
  refunded: "The ticket was no longer available. Your payment was refunded in full.",
};

/** In the list of orders. */
export const STATUS: Record<Phase, Status> = {
  open: { tone: "warn", text: "Awaiting payment" },
  processing: { tone: "warn", text: "Confirming" },
  overdue: { tone: "plain", text: "Expired" },
  paid: { tone: "ok", text: "Paid" },
  expired: { tone: "plain", text: "Expired" },
  released: { tone: "plain", text: "Released" },
  refunding: { tone: "warn", text: "Refund pending" },
  refunded: { tone: "plain", text: "Refunded" },
};
