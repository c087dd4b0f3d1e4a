import type { ReactNode } from "react";

/** A page's title and subtitle. */
export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mb-6">
      <h1 dir="auto" className="text-3xl sm:text-4xl">
        {title}
      </h1>
      {children && <p className="mt-2 text-muted">{children}</p>}
    </div>
  );
}
