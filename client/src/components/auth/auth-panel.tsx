import type { ReactNode } from "react";

import { Link } from "@/components/ui/link";

type Props = { title: string; children: ReactNode; other: { question: string; href: string; label: string } };

/** A ticket-shaped panel: the form, and on the stub the link to the other form. */
export function AuthPanel({ title, children, other }: Props) {
  return (
    <section className="overflow-hidden rounded-panel border border-line bg-card">
      <div className="p-6 sm:p-8">
        <h1 className="mb-6 text-2xl">{title}</h1>
        {children}
      </div>
      <p className="border-t-2 border-dashed border-line px-6 py-4 text-[15px] text-muted sm:px-8">
        {other.question}{" "}
        <Link href={other.href} className="font-medium text-accent underline underline-offset-4">
          {other.label}
        </Link>
      </p>
    </section>
  );
}
