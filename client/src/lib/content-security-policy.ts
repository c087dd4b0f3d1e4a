type Circumstances = { nonce: string; allowStripe: boolean; isDevelopment: boolean };

/**
 * The app and Stripe, nobody else (https://docs.stripe.com/security/guide#content-security-policy).
 *
 * No inline script runs without the nonce. Inline styles may: React writes style attributes, toasts a style element.
 */
export function contentSecurityPolicy({ nonce, allowStripe, isDevelopment }: Circumstances): string {
  const stripe = (...sources: string[]) => (allowStripe ? sources : []);
  const directives: Record<string, string[]> = {
    "default-src": ["'self'"],
    "script-src": [
      "'self'",
      `'nonce-${nonce}'`,
      ...stripe("https://js.stripe.com", "https://*.js.stripe.com"),
      ...(isDevelopment ? ["'unsafe-eval'"] : []),
    ],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", ...stripe("https://*.stripe.com")],
    "font-src": ["'self'"],
    "connect-src": ["'self'", ...stripe("https://api.stripe.com")],
    "frame-src": allowStripe
      ? ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"]
      : ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}
