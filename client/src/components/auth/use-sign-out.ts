"use client";

import { useRouter } from "next/navigation";
import { useCallback, useTransition } from "react";

import { signOut } from "@/lib/api/browser";
import { firstMessage } from "@/lib/api/response";
import { toast } from "@/lib/toast";

/** Signs out and opens the home page. */
export function useSignOut(): [pending: boolean, signOut: () => void] {
  const router = useRouter();
  const [pending, start] = useTransition();
  const run = useCallback(
    () =>
      start(async () => {
        const result = await signOut();
        if (!result.ok) {
          toast.error(firstMessage(result.problem));
          return;
        }
        start(() => {
          router.push("/");
          router.refresh();
        });
      }),
    [router],
  );
  return [pending, run];
}
