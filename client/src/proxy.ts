import { NextResponse, type NextRequest } from "next/server";

import { contentSecurityPolicy } from "@/lib/content-security-policy";
import { setting } from "@/lib/environment";

/** Sets each page's Content Security Policy. Next.js reads the nonce from the request header. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy({
    nonce,
    allowStripe: !setting("STRIPE_JS_URL"),
    isDevelopment: process.env.NODE_ENV === "development",
  });
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  const init = { request: { headers } };
  const response = isDecodable(request.nextUrl.pathname)
    ? NextResponse.next(init)
    : NextResponse.rewrite(new URL("/not-found", request.url), init);
  response.headers.set("content-security-policy", policy);
  return response;
}

/** Next.js responds with 500 to a malformed escape sequence in a dynamic route; such a page does not exist. */
function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

export const config = {
  matcher: [{ source: "/((?!_next/static|_next/image|icon.svg|robots.txt).*)" }],
};
