import type { Standing } from "@/components/ui/pill";
import type { Phase } from "@/lib/orders/phase";

/** Under the order's title: how it stands, as far as it is known: a payment that is on its way may still come in. */
export const LEAD: Record<Phase, string> = {
  open: "Reserved for you. Pay before the time runs out, or it goes back on sale.",
  processing: "Your payment has arrived. We are confirming your order.",
  overdue: "The time to pay has run out. No payment has come in.",
  paid: "Paid. The ticket is yours.",
  expired: "The time to pay has run out. No payment has come in.",
  released: "You released this ticket. No payment has come in.",
  refunding: "The ticket could not be kept for you, so your payment goes back to your card.",
  refunded: "The ticket could not be kept for you. Your payment went back to your card in full.",
};

/** In the list of orders. */
export const PILL: Record<Phase, Standing> = {
  open: { tone: "warn", text: "Waiting for payment" },
  processing: { tone: "warn", text: "Confirming" },
  overdue: { tone: "plain", text: "Time ran out" },
  paid: { tone: "ok", text: "Paid" },
  expired: { tone: "plain", text: "Time ran out" },
  released: { tone: "plain", text: "Released" },
  refunding: { tone: "warn", text: "Refund on its way" },
  refunded: { tone: "plain", text: "Refunded" },
};
