"use client";

import { Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";

import { chooseTheme, onThemeChange, themeNow } from "@/lib/theme";

const onServer = () => null;

export function ThemeToggle() {
  const theme = useSyncExternalStore(onThemeChange, themeNow, onServer);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      onClick={() => chooseTheme(other)}
      aria-label={theme === null ? "Switch between light and dark" : `Switch to ${other}`}
      className="grid size-10 shrink-0 place-items-center rounded-control text-muted hover:text-ink"
    >
      {theme === "dark" ? <Sun aria-hidden size={18} /> : <Moon aria-hidden size={18} />}
    </button>
  );
}
