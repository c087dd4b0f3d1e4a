"use client";

import "./globals.css";

/** Shown when the root layout itself fails, so it has no layout. */
export default function GlobalErrorPage() {
  return (
    <html lang="en">
      <body className="grid min-h-dvh place-items-center p-6">
        <main className="max-w-md text-center">
          <title>Unavailable · Ticketing</title>
          <h1 className="text-3xl">Service temporarily unavailable</h1>
          <p className="mt-3 text-muted">
            Your orders and payments are not affected. Reload the page in a moment.
          </p>
          {/* A full page load: the state in memory is what failed. */}
          <button
            type="button"
            onClick={() => location.reload()}
            className="mt-6 h-12 rounded-control bg-accent px-5 font-medium text-on-accent"
          >
            Reload
          </button>
        </main>
      </body>
    </html>
  );
}
