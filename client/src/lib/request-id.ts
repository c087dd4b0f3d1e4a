/** The header by which a request is found in the logs of all servers that it reaches. */
export const REQUEST_ID_HEADER = "x-request-id";

// As services, which would not log a key of Stripe, a token or a card number.
const SAFE = /^(?!.*eyJ)(?![\d-]{13,23}$)[A-Za-z0-9.:-]{1,64}$/;

/** The id that was sent, if it has a safe form; else a new one. */
export function requestIdOf(sent: string | string[] | undefined): string {
  return typeof sent === "string" && SAFE.test(sent) ? sent : crypto.randomUUID();
}
