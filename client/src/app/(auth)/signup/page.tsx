import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { AuthPanel } from "@/components/auth/auth-panel";
import { CredentialsForm } from "@/components/auth/credentials-form";
import { oneOf } from "@/lib/paging";
import { otherPath, returnPath } from "@/lib/return-path";
import { session } from "@/lib/session";

export const metadata: Metadata = {
  title: "Sign up",
  description: "Open an account to reserve and sell tickets.",
};

export default async function SignUpPage({ searchParams }: PageProps<"/signup">) {
  const next = returnPath(oneOf((await searchParams).next));
  if ((await session()).state === "in") redirect(next);
  return (
    <AuthPanel
      title="Sign up"
      other={{ question: "Have an account?", href: otherPath("/signin", next), label: "Sign in" }}
    >
      <CredentialsForm purpose="signup" next={next} />
    </AuthPanel>
  );
}
