"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ProblemMessages } from "@/components/ui/problem-messages";
import { useSubmit } from "@/components/ui/use-submit";
import { deleteAccount } from "@/lib/api/browser";
import { toast } from "@/lib/toast";

/** Deletes the account, once the password confirms it. */
export function DeleteAccount() {
  const [isConfirming, setConfirming] = useState(false);
  if (!isConfirming) {
    return (
      <Button className="justify-self-start" onClick={() => setConfirming(true)}>
        Delete account
      </Button>
    );
  }
  return <Confirmation onCancel={() => setConfirming(false)} />;
}

function Confirmation({ onCancel }: { onCancel: () => void }) {
  const router = useRouter();
  const { problem, pending, onSubmit } = useSubmit({
    submit: (data) => deleteAccount({ password: String(data.get("password") ?? "") }),
    onSuccess: () => {
      toast.success("Your account is deleted.");
      router.push("/");
      router.refresh();
    },
  });
  return (
    <form method="post" noValidate onSubmit={onSubmit} className="grid gap-4">
      <Field
        label="Password, to confirm"
        name="password"
        type="password"
        autoComplete="current-password"
        error={problem?.fields.password}
        autoFocus
        required
      />
      <ProblemMessages problem={problem} />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant="primary" pending={pending}>
          Delete account for good
        </Button>
        <Button variant="quiet" disabled={pending} onClick={onCancel}>
          Keep account
        </Button>
      </div>
    </form>
  );
}
