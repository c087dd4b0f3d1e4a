"use client";

import { useRouter } from "next/navigation";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ProblemMessages } from "@/components/ui/problem-messages";
import { useSubmit } from "@/components/ui/use-submit";
import { signIn, signUp } from "@/lib/api/browser";

type Props = { purpose: "signin" | "signup"; next: string };

const SUBMIT = { signin: signIn, signup: signUp };
const LABELS = { signin: "Sign in", signup: "Sign up" };

export function CredentialsForm({ purpose, next }: Props) {
  const router = useRouter();
  const { problem, pending, onSubmit } = useSubmit({
    submit: (form) => SUBMIT[purpose]({ email: text(form, "email"), password: text(form, "password") }),
    onSuccess: () => {
      router.push(next);
      router.refresh();
    },
  });
  const isNew = purpose === "signup";
  return (
    <form method="post" noValidate onSubmit={onSubmit} className="grid gap-4">
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        error={problem?.fields.email}
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        hint={isNew ? "Up to 128 characters. Long passwords are safer." : undefined}
        error={problem?.fields.password}
        required
      />
      <ProblemMessages problem={problem} />
      <Button type="submit" variant="primary" pending={pending}>
        {LABELS[purpose]}
      </Button>
    </form>
  );
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
