/** On whose behalf this server asks the API: what their request says, passed on unchanged. */
export type Visitor = {
  /** The session, among others. */
  cookie: string | null | undefined;
  /** The X-Forwarded-For header: the API limits requests by address, and this server has only one. */
  forwardedFor: string | null | undefined;
};

export function visitorOf(headers: Headers): Visitor {
  return { cookie: headers.get("cookie"), forwardedFor: headers.get("x-forwarded-for") };
}

export function visitorHeaders({ cookie, forwardedFor }: Visitor): Record<string, string> {
  return { ...(cookie && { cookie }), ...(forwardedFor && { "x-forwarded-for": forwardedFor }) };
}
