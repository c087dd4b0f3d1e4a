"use client";

import type { Stripe, StripeElements } from "@stripe/stripe-js";

import { firstMessage, isOutcomeUnknown } from "@/lib/api/response";
import { pay } from "@/lib/api/browser";
import type { PaymentResult } from "@/lib/api/types";

export type Outcome =
  /** Sent and not declined; the order shows the result. */
  | { kind: "submitted" }
  /** Declined, invalid card details, or the order can no longer be paid. */
  | { kind: "failed"; message: string };

type Payment = { stripe: Stripe; elements: StripeElements; orderId: string };

const TRY_ANOTHER = "Nothing was charged. Try another card.";
const NOT_CONFIRMED = "Your bank could not confirm your identity.";
const RESULT_UNKNOWN =
  "The payment result is not known yet. This page keeps checking your order. If it stays unpaid, try again: you are never charged twice.";

/** Creates a token from the card form, pays with it, and runs the bank's authentication if required. */
export async function payWithCard({ stripe, elements, orderId }: Payment): Promise<Outcome> {
  const submitted = await elements.submit();
  if (submitted.error) return failed(submitted.error.message);
  const { error, confirmationToken } = await stripe.createConfirmationToken({ elements });
  if (error) return error.type === "card_error" ? declined(error.message ?? "") : failed(error.message);
  const result = await pay({ token: confirmationToken.id, orderId });
  if (result.ok) return authenticate(stripe, result.data);
  return failed(isOutcomeUnknown(result.problem) ? RESULT_UNKNOWN : firstMessage(result.problem));
}

async function authenticate(stripe: Stripe, payment: PaymentResult): Promise<Outcome> {
  if (!payment.clientSecret) return { kind: "submitted" };
  const { error } = await stripe.handleNextAction({ clientSecret: payment.clientSecret });
  if (!error) return { kind: "submitted" };
  return declined(
    error.code === "payment_intent_authentication_failure" ? NOT_CONFIRMED : (error.message ?? ""),
  );
}

function declined(message: string): Outcome {
  return failed(`${message || "The card was declined."} ${TRY_ANOTHER}`);
}

function failed(message: string | undefined): Outcome {
  return { kind: "failed", message: message ?? "Check the card details." };
}
