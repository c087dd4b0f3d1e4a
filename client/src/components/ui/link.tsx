"use client";

import NextLink, { useLinkStatus } from "next/link";
import type { ComponentProps, ReactNode } from "react";

type Props = ComponentProps<typeof NextLink>;

/**
 * Leads on, and fades its words while the next page is on the way.
 *
 * Nothing is fetched before it is clicked: every page is written for its visitor at that moment.
 */
export function Link({ children, ...rest }: Props) {
  return (
    <NextLink prefetch={false} {...rest}>
      <Words>{children}</Words>
    </NextLink>
  );
}

function Words({ children }: { children: ReactNode }) {
  const { pending } = useLinkStatus();
  return pending ? <span className="pulse-soft">{children}</span> : children;
}
