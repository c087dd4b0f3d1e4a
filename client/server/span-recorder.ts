/** Records spans with OpenTelemetry's SDK. Imported only if traces are on: it takes time and memory to load. */

import type { IncomingMessage, ServerResponse } from "node:http";

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Tracer } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";

import type { CallSpan, Tracing } from "../src/lib/tracing";
import { reportOutages } from "./export-outages";
import type { FindRoute } from "./page-routes";

const propagator = new W3CTraceContextPropagator();

export class SpanRecorder implements Tracing {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;

  /** The provider is not registered: Next.js would then record a dozen spans of its own for each page. */
  constructor(
    private readonly findRoute: FindRoute,
    exporter: SpanExporter = defaultExporter(),
  ) {
    const resource = defaultResource()
      .merge(resourceFromAttributes({ "service.name": "client" }))
      .merge(detectResources({ detectors: [envDetector] }));
    this.provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
    this.tracer = this.provider.getTracer("ticketing-client");
  }

  /** A span from now until the response is sent. The request's header then names it, for all who read the header. */
  startRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "").replace(/\?.*/s, "");
    const route = this.findRoute(path);
    const method = request.method ?? "GET";
    const attributes = {
      "http.request.method": method,
      "url.path": path,
      "url.scheme": request.headers["x-forwarded-proto"] === "https" ? "https" : "http",
      ...(route && { "http.route": route }),
      ...(request.headers.rsc && { "next.rsc": true }),
    };
    const name = route ? `${method} ${route}` : method;
    const parent = contextOf(request.headers.traceparent);
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    request.headers.traceparent = traceparentOf(trace.setSpan(parent, span));
    response.once("close", () => {
      span.setAttribute("http.response.status_code", response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
  }

  startCall(method: string, url: string, parent: string | null | undefined): CallSpan {
    const { hostname, origin, port, pathname } = new URL(url);
    const template = pathname.replace(/\b[0-9a-f]{24}\b/g, "{id}");
    const attributes = {
      "http.request.method": method,
      "server.address": hostname,
      ...(port && { "server.port": Number(port) }),
      "url.full": origin + pathname, // the query may be what somebody has searched for
      "url.template": template,
    };
    const context = contextOf(parent);
    const span = this.tracer.startSpan(
      `${method} ${template}`,
      { kind: SpanKind.CLIENT, attributes },
      context,
    );
    const end = (status: number) => {
      if (status) span.setAttribute("http.response.status_code", status);
      if (!status || status >= 400) {
        span.setAttribute("error.type", status ? String(status) : "no_response");
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
    return { traceparent: traceparentOf(trace.setSpan(context, span)), end };
  }

  /** Sends what is left. */
  async stop(): Promise<void> {
    await this.provider.shutdown();
  }
}

function defaultExporter(): SpanExporter {
  if (process.env.OTEL_TRACES_EXPORTER === "console") return new ConsoleSpanExporter();
  return reportOutages(new OTLPTraceExporter());
}

function contextOf(traceparent: string | string[] | null | undefined): Context {
  return propagator.extract(
    ROOT_CONTEXT,
    { traceparent },
    { get: (carrier) => carrier.traceparent ?? undefined, keys: () => [] },
  );
}

function traceparentOf(context: Context): string {
  const carrier = { traceparent: "" };
  propagator.inject(context, carrier, { set: (to, key, value) => Object.assign(to, { [key]: value }) });
  return carrier.traceparent;
}
