import { REQUEST_ID_HEADER } from "../request-id";

/** On whose behalf this server asks the API: what their request says, passed on unchanged. */
export type Visitor = {
  /** The session, among others. */
  cookie: string | null | undefined;
  /** The X-Forwarded-For header: the API limits requests by address, and this server has only one. */
  forwardedFor: string | null | undefined;
  /** The X-Request-ID header: logs of all servers have it. */
  requestId: string | null | undefined;
  /** The trace that their request is part of. */
  traceparent: string | null | undefined;
};

export function visitorOf(headers: Headers): Visitor {
  return {
    cookie: headers.get("cookie"),
    forwardedFor: headers.get("x-forwarded-for"),
    requestId: headers.get(REQUEST_ID_HEADER),
    traceparent: headers.get("traceparent"),
  };
}

export function visitorHeaders(visitor: Visitor): Record<string, string> {
  const { cookie, forwardedFor, requestId, traceparent } = visitor;
  return {
    ...(cookie && { cookie }),
    ...(forwardedFor && { "x-forwarded-for": forwardedFor }),
    ...(requestId && { [REQUEST_ID_HEADER]: requestId }),
    ...(traceparent && { traceparent }),
  };
}
