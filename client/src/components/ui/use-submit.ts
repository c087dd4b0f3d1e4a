"use client";

import { useState, useTransition, type FormEvent } from "react";

import type { Answer, Problem } from "@/lib/api/answer";

type Submit<T> = {
  /** Turns the form into a request; a Problem found before asking is shown like one of the backend's. */
  act: (form: FormData) => Promise<Answer<T>> | Problem;
  /** Where to go on. The form stays pending until the next page is there. */
  done: (data: T) => void;
};

/** A form that talks to the backend: its problem, whether it is under way, and its handler. */
export function useSubmit<T>({ act, done }: Submit<T>) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, start] = useTransition();

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const request = act(new FormData(form));
    start(async () => {
      const result = await request;
      if (!("ok" in result)) fail(form, result);
      else if (!result.ok) fail(form, result.problem);
      else start(() => done(result.data));
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
