/** Placeholders while content loads; screen readers get "Loading…" instead. */
export function Skeletons({ count, className, grid }: { count: number; className: string; grid: string }) {
  return (
    <div role="status" className={grid}>
      <span className="sr-only">Loading…</span>
      {Array.from({ length: count }, (_, index) => (
        <div
          key={index}
          aria-hidden
          className={`pulse-soft rounded-panel border border-line bg-card ${className}`}
        />
      ))}
    </div>
  );
}
