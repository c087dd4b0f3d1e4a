"use client";

import { useSyncExternalStore } from "react";

type Props = { at: number; withDate?: boolean };

const never = () => () => {};

/** A time in the user's time zone. The server does not know it and renders an invisible placeholder. */
export function LocalTime({ at, withDate = false }: Props) {
  const text = useSyncExternalStore(
    never,
    () => format(at, withDate),
    () => null,
  );
  return (
    <time dateTime={new Date(at).toISOString()} className="figures">
      {text ?? <span className="invisible">{withDate ? "00 Jan 2000, 00:00" : "00:00:00"}</span>}
    </time>
  );
}

function format(at: number, withDate: boolean): string {
  const date = new Date(at);
  if (!withDate) return date.toLocaleTimeString("en-GB");
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
