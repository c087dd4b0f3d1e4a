import { headers } from "next/headers";

import { tracing } from "@/lib/tracing";

/**
 * While traces are on, the trace of the page's request, for the browser's API requests to continue. Only for pages that
 * are rendered for one reader.
 */
export async function TraceContext() {
  if (!tracing()) return null;
  const traceparent = (await headers()).get("traceparent");
  return traceparent && <meta name="traceparent" content={traceparent} />;
}
