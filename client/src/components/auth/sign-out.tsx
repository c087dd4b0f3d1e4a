"use client";

import { useEffect } from "react";

import { Button } from "@/components/ui/button";

import { useSignOut } from "./use-sign-out";

/** Signs out on mount; the button retries a failure. */
export function SignOut() {
  const [pending, signOut] = useSignOut();
  useEffect(() => signOut(), [signOut]);
  return (
    <Button pending={pending} onClick={signOut}>
      Sign out
    </Button>
  );
}
