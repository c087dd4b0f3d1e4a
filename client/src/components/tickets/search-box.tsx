"use client";

import { LoaderCircle, Search } from "lucide-react";
import Form from "next/form";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";

const DEBOUNCE_MS = 300;

/** Searches as the user types; without JavaScript it is a plain form. */
export function SearchBox({ query }: { query: string }) {
  const router = useRouter();
  const [pending, start] = useTransition();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // Follows a navigation elsewhere, such as the home link, but never overwrites what is being typed.
    const isTyping = pending || timer.current !== undefined;
    if (input.current && !isTyping && input.current.value.trim() !== query) input.current.value = query;
  }, [query, pending]);

  function search(text: string) {
    clearTimeout(timer.current);
    const words = text.trim();
    const href = words ? `/?q=${encodeURIComponent(words)}` : "/";
    timer.current = setTimeout(() => {
      timer.current = undefined;
      start(() => router.replace(href, { scroll: false }));
    }, DEBOUNCE_MS);
  }

  const Icon = pending ? LoaderCircle : Search;
  return (
    <Form action="/" role="search" className="relative min-w-0 flex-1">
      <Icon
        aria-hidden
        size={18}
        className={`absolute top-1/2 left-3.5 -translate-y-1/2 text-muted ${pending ? "animate-spin" : ""}`}
      />
      <input
        ref={input}
        name="q"
        type="search"
        aria-label="Search titles"
        placeholder="Search titles"
        defaultValue={query}
        maxLength={100}
        onChange={(event) => search(event.target.value)}
        className="h-12 w-full rounded-control border border-field-line bg-card pr-3.5 pl-10 placeholder:text-muted"
      />
    </Form>
  );
}
