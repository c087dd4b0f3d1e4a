"use client";

import type { Stripe, StripeElements } from "@stripe/stripe-js";

import { firstMessage, mayPass } from "@/lib/api/answer";
import { pay } from "@/lib/api/browser";
import type { PaymentTry } from "@/lib/api/types";

export type Outcome =
  /** The money is taken, or the bank is still at it: the order will tell. */
  | { kind: "taken" }
  /** The card was refused, the form is not right yet, or the order cannot be paid any more: nothing was charged. */
  | { kind: "refused"; message: string };

type Payment = { stripe: Stripe; elements: StripeElements; orderId: string };

const TRY_ANOTHER = "Nothing was charged. Try another card.";
const NOT_CONFIRMED = "Your bank did not confirm that it is you.";
const NOT_HEARD =
  "We did not hear how this went. Nothing is lost: this page keeps looking at your order. If it stays unpaid, try again; you are never charged twice.";

/** Turns the card form into a token, pays with it, and lets the bank ask the buyer if it wants to. */
export async function payWithCard({ stripe, elements, orderId }: Payment): Promise<Outcome> {
  const submitted = await elements.submit();
  if (submitted.error) return refused(submitted.error.message);
  const { error, confirmationToken } = await stripe.createConfirmationToken({ elements });
  if (error) return error.type === "card_error" ? declined(error.message ?? "") : refused(error.message);
  const answer = await pay({ token: confirmationToken.id, orderId });
  if (answer.ok) return follow(stripe, answer.data);
  return refused(mayPass(answer.problem) ? NOT_HEARD : firstMessage(answer.problem));
}

async function follow(stripe: Stripe, payment: PaymentTry): Promise<Outcome> {
  if (!payment.clientSecret) return { kind: "taken" };
  const { error } = await stripe.handleNextAction({ clientSecret: payment.clientSecret });
  if (!error) return { kind: "taken" };
  return declined(
    error.code === "payment_intent_authentication_failure" ? NOT_CONFIRMED : (error.message ?? ""),
  );
}

function declined(words: string): Outcome {
  return refused(`${words || "The card was declined."} ${TRY_ANOTHER}`);
}

function refused(message: string | undefined): Outcome {
  return { kind: "refused", message: message ?? "Check the card details." };
}
