import type { Metadata } from "next";

import { DeleteAccount } from "@/components/account/delete-account";
import { PasswordForm } from "@/components/account/password-form";
import { Heading } from "@/components/ui/heading";
import { Panel } from "@/components/ui/panel";
import { requireSession } from "@/lib/session";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const session = await requireSession("/account");
  return (
    <div className="mx-auto grid max-w-xl gap-6">
      <Heading title="Account">
        {session.state === "in" && <span className="break-words">Signed in as {session.user.email}</span>}
      </Heading>
      <Panel className="grid gap-4 p-6 sm:p-8">
        <h2 className="text-xl">Change password</h2>
        <PasswordForm />
      </Panel>
      <Panel className="grid gap-4 p-6 sm:p-8">
        <h2 className="text-xl">Delete account</h2>
        <p className="text-[15px] text-muted">
          Your email address and password are erased. Tickets that you sell stay on sale, and orders stay
          valid, but you can no longer see or change them.
        </p>
        <DeleteAccount />
      </Panel>
    </div>
  );
}
