"use client";

import { useState, useTransition, type FormEvent } from "react";

import type { ApiResult, Problem } from "@/lib/api/response";

type Submit<T> = {
  /** Sends the form's data; a Problem found before sending is shown like one of the API. */
  submit: (form: FormData) => Promise<ApiResult<T>> | Problem;
  /** Called with the saved data. The form stays pending until a navigation that it starts is complete. */
  onSuccess: (data: T) => void;
};

/** Submits a form to the API: its problem, whether it is pending, and the submit handler. */
export function useSubmit<T>({ submit, onSuccess }: Submit<T>) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, start] = useTransition();

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const request = submit(new FormData(form));
    start(async () => {
      const result = await request;
      if (!("ok" in result)) fail(form, result);
      else if (!result.ok) fail(form, result.problem);
      else start(() => onSuccess(result.data));
    });
  }

  function fail(form: HTMLFormElement, found: Problem) {
    setProblem(found);
    const first = Object.keys(found.fields).find((name) => form.elements.namedItem(name));
    const field = first === undefined ? null : form.elements.namedItem(first);
    if (field instanceof HTMLElement) field.focus();
  }

  return { problem, pending, onSubmit };
}
