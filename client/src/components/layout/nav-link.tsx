"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { Link } from "@/components/ui/link";

export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const isHere = usePathname() === href;
  return (
    <Link
      href={href}
      aria-current={isHere ? "page" : undefined}
      className="rounded-control px-2.5 py-2 text-[15px] whitespace-nowrap text-muted hover:text-ink
        aria-[current=page]:text-ink aria-[current=page]:underline aria-[current=page]:decoration-accent
        aria-[current=page]:decoration-2 aria-[current=page]:underline-offset-8"
    >
      {children}
    </Link>
  );
}
