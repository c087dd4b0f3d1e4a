import type { Till } from "@/lib/settings";

/** Says on every page when no real money moves. */
export function TillBanner({ till }: { till: Till }) {
  const words = wordsOf(till);
  if (words === null) return null;
  return (
    <aside
      aria-label="Test till"
      className="no-print bg-warn-ground px-4 py-1.5 text-[13px] text-warn sm:px-8"
    >
      {words} Pay with <span className="figures whitespace-nowrap">4242 4242 4242 4242</span>.
    </aside>
  );
}

function wordsOf(till: Till): string | null {
  if (till.kind === "emulator") return "Test till: no money moves here.";
  if (till.kind === "stripe" && till.isTest) return "Stripe's test mode: no money moves.";
  return null;
}
