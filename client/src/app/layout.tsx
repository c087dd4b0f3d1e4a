import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";

import { ChunkRecovery } from "@/components/layout/chunk-recovery";
import { Header } from "@/components/layout/header";
import { NoScript } from "@/components/layout/no-script";
import { SessionNotice } from "@/components/layout/session-notice";
import { SiteConfigProvider } from "@/components/layout/site-config";
import { TestModeBanner } from "@/components/layout/test-mode-banner";
import { Toasts } from "@/components/layout/toasts";
import { getViewerState } from "@/lib/session";
import { currency, holdSeconds, stripeConfig } from "@/lib/settings";

import { mono, sans } from "./fonts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Ticketing: buy and sell tickets", template: "%s · Ticketing" },
  description: "Buy and sell tickets. A ticket that you reserve is held for you while you pay.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf7f1" },
    { media: "(prefers-color-scheme: dark)", color: "#14120f" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { session, theme } = await getViewerState();
  const userId = session.state === "in" ? session.user.id : null;
  return (
    <html
      lang="en"
      data-user={userId ?? undefined}
      data-theme={theme}
      className={`${sans.variable} ${mono.variable}`}
    >
      <head>
        <ChunkRecovery />
      </head>
      <body className="min-h-dvh">
        <a
          href="#main"
          className="no-print sr-only focus:not-sr-only focus:absolute focus:m-3 focus:bg-card focus:p-3"
        >
          Skip to content
        </a>
        <SiteConfigProvider config={{ currency: currency(), holdSeconds: holdSeconds() }}>
          <Header session={session} />
          {session.state !== "unknown" && <SessionNotice userId={userId} />}
          <TestModeBanner stripeConfig={stripeConfig()} />
          <NoScript />
          <main
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-5xl px-4 py-8 outline-none sm:px-5 sm:py-10"
          >
            {children}
          </main>
          <Toasts />
        </SiteConfigProvider>
      </body>
    </html>
  );
}
