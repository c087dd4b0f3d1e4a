/** Amounts are major units (dollars) in the API and integer minor units (cents) for Stripe. */

import { CURRENCIES } from "./currencies.gen";

/** An ISO 4217 code in upper case. */
export type Currency = string;

/** `digits` of Stripe's minor units, `decimals` that people see; the limits are major units, the step minor units. */
type Rules = { digits: number; decimals: number; minimum: number; maximum: number; step: number };

const formats = new Map<Currency, Intl.NumberFormat>(); // creating one takes longer than rendering a ticket

/** "$95.00", the same on the server and in every browser. */
export function formatMoney(amount: number, currency: Currency): string {
  const format = formats.get(currency) ?? createFormat(currency);
  formats.set(currency, format);
  return format.format(amount);
}

function createFormat(currency: Currency): Intl.NumberFormat {
  const { decimals } = rulesOf(currency);
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Integer minor units: cents of a dollar, yen of a yen. */
export function toMinor(amount: number, currency: Currency): number {
  return Math.round(amount * 10 ** rulesOf(currency).digits);
}

/** Stripe's rules, because Intl's decimals differ for some currencies. */
function rulesOf(currency: Currency): Rules {
  return (CURRENCIES as Record<string, Rules>)[currency] ?? CURRENCIES.USD;
}

/** The amount that was typed, or null if it is not one or has too many decimals. "12,50" is 12.5. */
export function parseMoney(text: string, currency: Currency): number | null {
  const plain = text.trim().replace(/^\$\s*/, "");
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:[.,](\d+))?$/.exec(plain);
  if (!match || (match[2] ?? "").length > rulesOf(currency).decimals) return null;
  return Number(`${match[1]?.replaceAll(",", "")}.${match[2] ?? "0"}`);
}

/** The price that was typed, or the error to show: not an amount, or outside of what Stripe charges. */
export function parsePrice(text: string, currency: Currency): { price: number } | { error: string } {
  const { digits, decimals, minimum, maximum, step } = rulesOf(currency);
  const price = parseMoney(text, currency);
  if (price === null) return { error: `Enter a price, for example ${priceText(12.5, currency)}.` };
  if (price < minimum || price > maximum)
    return { error: `Must be from ${formatMoney(minimum, currency)} to ${formatMoney(maximum, currency)}.` };
  const isMultiple = toMinor(price, currency) % step === 0;
  return isMultiple
    ? { price }
    : { error: `Must be a multiple of ${(step / 10 ** digits).toFixed(decimals)}.` };
}

/** A price as it is typed: "12.50", or "13" in a currency without decimals. */
export function priceText(price: number, currency: Currency): string {
  return price.toFixed(rulesOf(currency).decimals);
}
