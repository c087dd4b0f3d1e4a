import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { AuthPanel } from "@/components/auth/auth-panel";
import { CredentialsForm } from "@/components/auth/credentials-form";
import { firstOf } from "@/lib/paging";
import { authPath, returnPath } from "@/lib/return-path";
import { getSession } from "@/lib/session";

export const metadata: Metadata = { title: "Sign in", description: "Sign in to reserve and sell tickets." };

export default async function SignInPage({ searchParams }: PageProps<"/signin">) {
  const { next: requested, again } = await searchParams;
  const next = returnPath(firstOf(requested));
  if (!again && (await getSession()).state === "in") redirect(next);
  return (
    <AuthPanel
      title="Sign in"
      other={{ question: "New here?", href: authPath("/signup", next), label: "Sign up" }}
    >
      <CredentialsForm purpose="signin" next={next} />
    </AuthPanel>
  );
}
