"use client";

import { useSyncExternalStore } from "react";
import { Toaster } from "sonner";

import { onThemeChange, themeNow } from "@/lib/theme";

const onServer = () => "light" as const;

/** Short words about what has just been done. */
export function Toasts() {
  const theme = useSyncExternalStore(onThemeChange, themeNow, onServer);
  return (
    <Toaster
      theme={theme}
      position="bottom-center"
      className="no-print"
      toastOptions={{
        style: {
          background: "var(--card)",
          color: "var(--ink)",
          borderColor: "var(--line)",
          fontFamily: "inherit",
        },
      }}
    />
  );
}
