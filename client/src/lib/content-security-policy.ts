type Options = { nonce: string; allowStripe: boolean; isDevelopment: boolean };

/**
 * Allows the app and Stripe only (https://docs.stripe.com/security/guide#content-security-policy).
 *
 * Inline scripts need the nonce. Inline styles are allowed because React writes style attributes.
 */
export function contentSecurityPolicy({ nonce, allowStripe, isDevelopment }: Options): string {
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
