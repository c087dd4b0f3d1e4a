import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { readAs } from "../src/lib/api/read";
import { visitorOf } from "../src/lib/api/visitor";
import { setTracing } from "../src/lib/tracing";
import { SpanRecorder } from "./span-recorder";

const TICKET = "65f0a1b2c3d4e5f6a7b8c900";

let exporter: InMemorySpanExporter;
let recorder: SpanRecorder;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  vi.spyOn(exporter, "shutdown").mockResolvedValue(); // it would forget its spans
  recorder = new SpanRecorder(
    (path) => (path.startsWith("/tickets/") ? "/tickets/[id]" : undefined),
    exporter,
  );
  setTracing(recorder);
});

afterEach(() => {
  setTracing(undefined);
  vi.unstubAllGlobals();
});

/** Serves a request for a page; `during` is what its rendering does. */
async function serve(
  headers: Record<string, string>,
  during: (headers: Headers) => Promise<unknown>,
  status = 200,
) {
  const request = { method: "GET", url: `/tickets/${TICKET}?_rsc=1`, headers };
  const response = Object.assign(new EventEmitter(), { statusCode: status });
  recorder.startRequest(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  await during(new Headers(request.headers));
  response.emit("close");
  await recorder.stop();
}

const readTicket = (headers: Headers) => readAs(visitorOf(headers), `/api/tickets/${TICKET}`, 1000);

function spanNamed(name: string): ReadableSpan {
  const found = exporter.getFinishedSpans().find((span) => span.name === name);
  if (!found) throw new Error(`no span ${name}`);
  return found;
}

test("a call of a service is a child of the page's request, and the parent of the service's span", async () => {
  const fetch = vi.fn().mockResolvedValue(new Response("{}"));
  vi.stubGlobal("fetch", fetch);
  await serve({}, readTicket);
  const page = spanNamed("GET /tickets/[id]");
  const call = spanNamed("GET /api/tickets/{id}");
  expect(call.parentSpanContext?.spanId).toBe(page.spanContext().spanId);
  const { traceId, spanId } = call.spanContext();
  expect(traceId).toBe(page.spanContext().traceId);
  expect(fetch.mock.calls[0]?.[1].headers.traceparent).toBe(`00-${traceId}-${spanId}-01`);
});

test("a request that is part of a trace continues it", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await serve({ traceparent: `00-${traceId}-b7ad6b7169203331-01` }, async () => {});
  expect(spanNamed("GET /tickets/[id]").spanContext().traceId).toBe(traceId);
});

test("a trace that is not recorded stays so", async () => {
  const seen: (string | null)[] = [];
  await serve({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00" }, async (headers) =>
    seen.push(headers.get("traceparent")),
  );
  expect(exporter.getFinishedSpans()).toEqual([]);
  expect(seen[0]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
});

test("a service that does not respond is an error", async () => {
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("fetch failed")));
  vi.spyOn(console, "error").mockImplementation(() => {});
  await serve({}, readTicket, 503);
  expect(spanNamed("GET /api/tickets/{id}").attributes).toMatchObject({ "error.type": "no_response" });
  expect(spanNamed("GET /tickets/[id]").attributes).toMatchObject({
    "http.route": "/tickets/[id]",
    "http.response.status_code": 503,
  });
});

test("without tracing the visitor's trace is passed on unchanged", async () => {
  setTracing(undefined);
  const fetch = vi.fn().mockResolvedValue(new Response("{}"));
  vi.stubGlobal("fetch", fetch);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await readTicket(new Headers({ traceparent }));
  expect(fetch.mock.calls[0]?.[1].headers.traceparent).toBe(traceparent);
});
