/** Called by Next.js once, before the server accepts requests. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs")
    (await import("@/lib/graceful-shutdown")).installGracefulShutdown();
}
