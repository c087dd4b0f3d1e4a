"use client";

import { createContext, use, type ReactNode } from "react";

import { markMatches } from "@/lib/tickets/marks";

const SearchedText = createContext("");

/** Inside, titles show which of their words match the text. */
export function SearchMarks({ text, children }: { text: string; children: ReactNode }) {
  return <SearchedText value={text}>{children}</SearchedText>;
}

export function MarkedTitle({ title }: { title: string }) {
  const text = use(SearchedText);
  if (!text) return title;
  return markMatches(title, text).map((segment, index) =>
    segment.isMatch ? (
      <mark
        key={index}
        className="rounded-xs bg-warn-ground text-ink underline decoration-warn decoration-2 underline-offset-4"
      >
        {segment.text}
      </mark>
    ) : (
      segment.text
    ),
  );
}
