/** The shape of what is coming. Screen readers hear one word instead. */
export function Skeletons({ count, className, grid }: { count: number; className: string; grid: string }) {
  return (
    <div role="status" className={grid}>
      <span className="sr-only">Loading…</span>
      {Array.from({ length: count }, (_, place) => (
        <div
          key={place}
          aria-hidden
          className={`pulse-soft rounded-panel border border-line bg-card ${className}`}
        />
      ))}
    </div>
  );
}
