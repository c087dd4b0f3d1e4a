"use client";

import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";

import { onThemeChange, themeNow } from "@/lib/theme";

const Toaster = dynamic(() => import("sonner").then((sonner) => sonner.Toaster), { ssr: false });

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
