import type { Metadata } from "next";

import { SignOut } from "@/components/auth/sign-out";
import { Heading } from "@/components/ui/heading";

export const metadata: Metadata = { title: "Sign out" };

/** Signs out when it is opened, like the original's page at this path. */
export default function SignOutPage() {
  return (
    <>
      <Heading title="Signing out…" />
      <SignOut />
    </>
  );
}
