import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";

import { Header } from "@/components/layout/header";
import { ShopProvider } from "@/components/layout/shop";
import { TillBanner } from "@/components/layout/till-banner";
import { Toasts } from "@/components/layout/toasts";
import { session } from "@/lib/session";
import { currency, holdSeconds, till } from "@/lib/settings";
import { isTheme, THEME_COOKIE } from "@/lib/theme";

import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Ticketing: tickets from people who cannot go", template: "%s · Ticketing" },
  description: "Buy and sell tickets. What you reserve is yours while you pay; nobody else can take it.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf7f1" },
    { media: "(prefers-color-scheme: dark)", color: "#14120f" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get(THEME_COOKIE)?.value;
  return (
    <html
      lang="en"
      data-theme={isTheme(theme) ? theme : undefined}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body className="min-h-dvh">
        <a
          href="#main"
          className="no-print sr-only focus:not-sr-only focus:absolute focus:m-3 focus:bg-card focus:p-3"
        >
          Skip to the content
        </a>
        <ShopProvider shop={{ currency: currency(), holdSeconds: holdSeconds() }}>
          <Header session={await session()} />
          <TillBanner till={till()} />
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-5xl px-4 py-8 outline-none sm:px-5 sm:py-10"
          >
            {children}
          </main>
          <Toasts />
        </ShopProvider>
      </body>
    </html>
  );
}
