/** What records spans while traces are on. It loads no library: that is left to the server, when it starts. Server only. */

export type CallSpan = {
  /** For the request's header: the span as the parent of the service's span. */
  traceparent: string;
  /** `status` is 0 without a response. */
  end: (status: number) => void;
};

export type Tracing = {
  /** A span for a call of a service; `parent` is the traceparent of the request that needs it. */
  startCall: (method: string, url: string, parent: string | null | undefined) => CallSpan;
};

// Next.js bundles this module for itself; the server in front of it, in the same process, has another copy.
const KEY = Symbol.for("ticketing.tracing");
const shared = globalThis as { [KEY]?: Tracing | undefined };

/** Undefined while traces are off. */
export function tracing(): Tracing | undefined {
  return shared[KEY];
}

export function setTracing(value: Tracing | undefined): void {
  shared[KEY] = value;
}
