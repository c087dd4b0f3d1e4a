const SERVICE_URLS = { "/api/users": "AUTH_URL", "/api/tickets": "TICKETS_URL", "/api/orders": "ORDERS_URL" };

/** The URL of an API path as reached from this server: the service's own if set, or the gateway's. */
export function apiUrl(path: string): string {
  const service = Object.entries(SERVICE_URLS).find(([prefix]) => path.startsWith(prefix));
  const url = (service && process.env[service[1]]) || process.env.API_INTERNAL_URL || "http://127.0.0.1:8080";
  return url.replace(/\/+$/, "") + path;
}
