"use client";

import NextLink, { useLinkStatus } from "next/link";
import type { ComponentProps, ReactNode } from "react";

type Props = ComponentProps<typeof NextLink>;

/** Fades while the next page is loading. No prefetching: pages are rendered per request. */
export function Link({ children, ...rest }: Props) {
  return (
    <NextLink prefetch={false} {...rest}>
      <Label>{children}</Label>
    </NextLink>
  );
}

function Label({ children }: { children: ReactNode }) {
  const { pending } = useLinkStatus();
  return pending ? <span className="pulse-soft">{children}</span> : children;
}
