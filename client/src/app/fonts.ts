import localFont from "next/font/local";

/** For words. Both are made by scripts/fonts.sh. */
export const sans = localFont({
  src: "./fonts/geist-latin.woff2",
  variable: "--font-geist-sans",
  weight: "400 700",
});

/** For figures. */
export const mono = localFont({
  src: "./fonts/geist-mono-figures.woff2",
  variable: "--font-geist-mono",
  weight: "400 700",
  adjustFontFallback: false,
  fallback: ["ui-monospace", "monospace"],
});
