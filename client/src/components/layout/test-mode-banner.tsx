import type { StripeConfig } from "@/lib/settings";

/** Shown on every page while payments are not real. */
export function TestModeBanner({ stripeConfig }: { stripeConfig: StripeConfig }) {
  const isTestMode =
    stripeConfig.kind === "emulator" || (stripeConfig.kind === "stripe" && stripeConfig.isTest);
  if (!isTestMode) return null;
  return (
    <aside
      aria-label="Test mode"
      className="no-print bg-warn-ground px-4 py-1.5 text-[13px] text-warn sm:px-8"
    >
      Test mode: no real payments. Use card{" "}
      <span className="figures whitespace-nowrap">4242 4242 4242 4242</span>.
    </aside>
  );
}
