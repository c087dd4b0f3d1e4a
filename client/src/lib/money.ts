/** Amounts are major units (dollars) in the API and integer minor units (cents) for Stripe. */

export type Currency = string;

/** "$95.00", the same on the server and in every browser. */
export function formatMoney(amount: number, currency: Currency): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(amount);
}

/** Integer minor units: cents of a dollar, yen of a yen. */
export function toMinor(amount: number, currency: Currency): number {
  return Math.round(amount * 10 ** decimalsOf(currency));
}

/** The number of decimals of a price. */
export function decimalsOf(currency: Currency): number {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** The amount that was typed, or null if it is not one. "12,50" is 12.5; at most two decimals. */
export function parseMoney(text: string): number | null {
  const plain = text.trim().replace(/^\$\s*/, "");
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(plain);
  return match ? Number(`${match[1]?.replaceAll(",", "")}.${match[2] ?? "0"}`) : null;
}
