"use client";

import "./globals.css";

/** When the layout itself fails: it stands on its own. */
export default function GlobalErrorPage() {
  return (
    <html lang="en">
      <body className="grid min-h-dvh place-items-center p-6">
        <main className="max-w-md text-center">
          <title>Not available · Ticketing</title>
          <h1 className="text-3xl">The box office is closed for a moment</h1>
          <p className="mt-3 text-muted">
            Nothing is lost: your orders show what you have paid. Load the page again in a moment.
          </p>
          {/* A full load on purpose: what is in memory is what failed. */}
          <button
            type="button"
            onClick={() => location.reload()}
            className="mt-6 h-12 rounded-control bg-accent px-5 font-medium text-on-accent"
          >
            Load again
          </button>
        </main>
      </body>
    </html>
  );
}
