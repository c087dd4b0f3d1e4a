"use client";

import { Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";

import { chooseTheme, onThemeChange, currentTheme } from "@/lib/theme";

const onServer = () => null;

export function ThemeToggle() {
  const theme = useSyncExternalStore(onThemeChange, currentTheme, onServer);
  const next = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      onClick={() => chooseTheme(next)}
      aria-label={theme === null ? "Switch theme" : `Switch to ${next} theme`}
      className="grid size-10 shrink-0 place-items-center rounded-control text-muted hover:text-ink"
    >
      {theme === "dark" ? <Sun aria-hidden size={18} /> : <Moon aria-hidden size={18} />}
    </button>
  );
}
