"use client";

import type { Appearance } from "@stripe/stripe-js";
import { useMemo, useSyncExternalStore } from "react";

import { onThemeChange, currentTheme } from "@/lib/theme";

/** The card form in the page's colours, in light and dark mode. */
export function useAppearance(): Appearance | undefined {
  const theme = useSyncExternalStore(onThemeChange, currentTheme, () => null);
  return useMemo(() => (theme === null ? undefined : appearanceFor(theme === "dark")), [theme]);
}

function appearanceFor(isDark: boolean): Appearance {
  const color = colorReader();
  return {
    theme: isDark ? "night" : "stripe",
    variables: {
      colorPrimary: color("--accent"),
      colorBackground: color("--card"),
      colorText: color("--ink"),
      colorTextSecondary: color("--muted"),
      colorTextPlaceholder: color("--muted"),
      colorDanger: color("--accent"),
      borderRadius: "8px",
      fontFamily: "system-ui, sans-serif",
      fontSizeBase: "16px",
      spacingUnit: "4px",
    },
    rules: { ".Input": { border: `1px solid ${color("--field-line")}`, boxShadow: "none" } },
  };
}

/** Resolves a CSS variable to a colour, because Stripe's frame does not see our variables. */
function colorReader(): (token: string) => string {
  const probe = document.createElement("span");
  probe.hidden = true;
  return (token) => {
    document.body.append(probe);
    probe.style.color = `var(${token})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
}
