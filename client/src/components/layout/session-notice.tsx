"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Suspense, useEffect, useState } from "react";

import { fetchCurrentUser } from "@/lib/api/browser";
import { signInPath } from "@/lib/return-path";
import { onSessionCheck, sessionChange, type SessionChange } from "@/lib/session-check";

import { useSessionRenewal } from "./use-session-renewal";

const TEXT = {
  "signed-out": "You have been signed out.",
  "other-user": "You are signed in with another account now.",
};

/** Warns when the user has signed out or switched accounts in another tab; keeps the session in use. */
export function SessionNotice({ userId }: { userId: string | null }) {
  useSessionRenewal(userId);
  const change = useSessionChange(userId);
  if (change === null || change === "signed-in") return null;
  return (
    <div
      role="alert"
      className="no-print sticky top-0 z-20 flex flex-wrap items-center gap-x-4 gap-y-1 bg-bad-ground px-4 py-2.5 text-[15px] sm:px-8"
    >
      {TEXT[change]}
      {change === "other-user" && (
        <button
          type="button"
          onClick={() => location.reload()}
          className="font-medium underline underline-offset-4"
        >
          Reload the page
        </button>
      )}
      <Suspense>
        <SignInLink />
      </Suspense>
    </div>
  );
}

/** A full page load, so that the layout is rendered for the new session. */
function SignInLink() {
  const pathname = usePathname();
  const query = useSearchParams().toString();
  return (
    <a
      href={signInPath(query ? `${pathname}?${query}` : pathname, { again: true })}
      className="font-medium underline underline-offset-4"
    >
      Sign in again
    </a>
  );
}

function useSessionChange(userId: string | null): SessionChange | null {
  const router = useRouter();
  const [change, setChange] = useState<{ userId: string | null; kind: SessionChange | null }>();
  useEffect(
    () =>
      onSessionCheck(async () => {
        const result = await fetchCurrentUser();
        if (!result.ok) return;
        const kind = sessionChange(userId, result.data.currentUser);
        setChange({ userId, kind });
        if (kind === "signed-in") router.refresh();
      }),
    [userId, router],
  );
  return change?.userId === userId ? change.kind : null;
}
