import type { Status } from "@/components/ui/pill";
import type { Order, SummaryState } from "@/lib/api/types";
import { summaryOf, viewOf, type View } from "@/lib/orders/view";

/** What the server does not say yet. */
export const OVERDUE = "The time to pay has run out. No payment has been received.";
export const CONFIRMING = "Your payment is being processed.";

/** The last line of the history. */
export const NEXT_STEP: Partial<Record<View, string>> = {
  payable: "Awaiting payment",
  confirming: "Confirming payment",
};

const EXPIRED: Status = { tone: "plain", text: "Expired" };
const STATUS: Record<SummaryState, Status> = {
  awaiting_payment: { tone: "warn", text: "Awaiting payment" },
  action_required: { tone: "warn", text: "Awaiting payment" },
  declined: { tone: "warn", text: "Awaiting payment" },
  payment_cancelled: { tone: "warn", text: "Awaiting payment" },
  processing: { tone: "warn", text: "Confirming" },
  confirming: { tone: "warn", text: "Confirming" },
  unknown: { tone: "warn", text: "Confirming" },
  paid: { tone: "ok", text: "Paid" },
  partially_refunded: { tone: "ok", text: "Partially refunded" },
  expired: EXPIRED,
  released: { tone: "plain", text: "Released" },
  refund_pending: { tone: "warn", text: "Refund pending" },
  refunded: { tone: "plain", text: "Refunded" },
  refund_failed: { tone: "bad", text: "Refund failed" },
  disputed: { tone: "warn", text: "Disputed" },
  dispute_lost: { tone: "plain", text: "Dispute decided" },
};

/** For the list of orders. A state that a newer server added counts as not known. */
export function statusOf(order: Order, now: number): Status {
  return viewOf(order, now) === "overdue" ? EXPIRED : (STATUS[summaryOf(order).state] ?? STATUS.unknown);
}
