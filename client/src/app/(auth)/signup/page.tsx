import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { AuthPanel } from "@/components/auth/auth-panel";
import { CredentialsForm } from "@/components/auth/credentials-form";
import { firstOf } from "@/lib/paging";
import { authPath, returnPath } from "@/lib/return-path";
import { getSession } from "@/lib/session";

export const metadata: Metadata = {
  title: "Sign up",
  description: "Create an account to reserve and sell tickets.",
};

export default async function SignUpPage({ searchParams }: PageProps<"/signup">) {
  const next = returnPath(firstOf((await searchParams).next));
  if ((await getSession()).state === "in") redirect(next);
  return (
    <AuthPanel
      title="Sign up"
      other={{ question: "Have an account?", href: authPath("/signin", next), label: "Sign in" }}
    >
      <CredentialsForm purpose="signup" next={next} />
    </AuthPanel>
  );
}
