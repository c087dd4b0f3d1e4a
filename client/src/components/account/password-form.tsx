"use client";

import { useRef } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ProblemMessages } from "@/components/ui/problem-messages";
import { useSubmit } from "@/components/ui/use-submit";
import { changePassword } from "@/lib/api/browser";
import { toast } from "@/lib/toast";

/** Changes the password; all other sessions of the user end. */
export function PasswordForm() {
  const form = useRef<HTMLFormElement>(null);
  const { problem, pending, onSubmit } = useSubmit({
    submit: (data) =>
      changePassword({
        currentPassword: String(data.get("currentPassword") ?? ""),
        newPassword: String(data.get("newPassword") ?? ""),
      }),
    onSuccess: () => {
      form.current?.reset();
      toast.success("Your password is changed. You are signed out on other devices.");
    },
  });
  return (
    <form ref={form} method="post" noValidate onSubmit={onSubmit} className="grid gap-4">
      <Field
        label="Current password"
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        error={problem?.fields.currentPassword}
        required
      />
      <Field
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        error={problem?.fields.newPassword}
        required
      />
      <ProblemMessages problem={problem} />
      <Button type="submit" variant="primary" pending={pending}>
        Change password
      </Button>
    </form>
  );
}
