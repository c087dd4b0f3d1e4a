/** The visitor's choice of day or night; without one the system's wish counts. */

export type Theme = "light" | "dark";

export const THEME_COOKIE = "theme";
const YEAR_SECONDS = 365 * 24 * 3600;

export function isTheme(value: string | undefined): value is Theme {
  return value === "light" || value === "dark";
}

/** What is on now. In the browser only. */
export function themeNow(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (isTheme(chosen)) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Kept in a cookie, so that the server writes the right page the next time. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

/** Calls back whenever day or night changes, by choice or by the system; returns how to stop. */
export function onThemeChange(notify: () => void): () => void {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(notify);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  media.addEventListener("change", notify);
  return () => {
    observer.disconnect();
    media.removeEventListener("change", notify);
  };
}
