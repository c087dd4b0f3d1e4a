"use client";

import { usePathname } from "next/navigation";
import { useEffect } from "react";

import { fetchCurrentUser } from "@/lib/api/browser";
import { takeRenewal } from "@/lib/session-renewal";

/** Keeps the session of a user who only reads from becoming idle. */
export function useSessionRenewal(userId: string | null): void {
  const pathname = usePathname();
  useEffect(() => {
    if (userId !== null && takeRenewal()) void fetchCurrentUser();
  }, [userId, pathname]);
}
