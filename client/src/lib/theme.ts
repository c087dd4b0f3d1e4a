/** The user's colour theme; without a choice, the system's preference applies. */

export type Theme = "light" | "dark";

export const THEME_COOKIE = "theme";
const YEAR_SECONDS = 365 * 24 * 3600;

export function isTheme(value: string | undefined): value is Theme {
  return value === "light" || value === "dark";
}

/** The theme in effect. Browser only. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (isTheme(chosen)) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Stored in a cookie, so that the server renders the next page in it. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

/** Subscribes to theme changes, by the user or the system; returns the function that unsubscribes. */
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
