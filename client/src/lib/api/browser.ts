/** API requests from the browser, to the page's own origin: the browser handles the cookies. */

import { rememberWrite } from "../recent-write";
import { requestSessionCheck } from "../session-check";
import { formKey, sendOnce } from "./request-key";
import { request, type ApiResult } from "./response";
import type {
  Alert,
  ChangePasswordIn,
  DeleteAccountIn,
  Order,
  OrderDetails,
  OrderIn,
  PaymentIn,
  PaymentResult,
  SignInIn,
  SignUpIn,
  Ticket,
  TicketIn,
  User,
  UserOut,
} from "./types";

// A payment takes as long as Stripe does.
const TIMEOUT_MS = 30_000;

export const signUp = (body: SignUpIn) => send<UserOut>("POST", "/api/users/signup", body);

export const signIn = (body: SignInIn) => send<UserOut>("POST", "/api/users/signin", body);

export const signOut = () => sendAsPageUser<unknown>("POST", "/api/users/signout", {});

export const changePassword = (body: ChangePasswordIn) =>
  sendAsPageUser<UserOut>("POST", "/api/users/changepassword", body);

export const deleteAccount = (body: DeleteAccountIn) =>
  sendAsPageUser<null>("POST", "/api/users/deleteaccount", body);

export const fetchCurrentUser = () => send<{ currentUser: User | null }>("GET", "/api/users/currentuser");

/** Once for each rendering of the form and its fields. */
export const createTicket = (body: TicketIn, rendering: string) =>
  sendAsPageUser<Ticket>("POST", "/api/tickets", body, idempotencyKey(formKey(rendering, body)));

/** 412 unless the ticket still has this version. */
export const editTicket = (id: string, body: TicketIn, version: number) =>
  sendAsPageUser<Ticket>("PUT", `/api/tickets/${id}`, body, ifMatch(version));

/** 412 unless the ticket still has this version. */
export const withdrawTicket = (id: string, version: number) =>
  sendAsPageUser<null>("DELETE", `/api/tickets/${id}`, undefined, ifMatch(version));

export const fetchTicket = (id: string) => sendAsPageUser<Ticket>("GET", `/api/tickets/${id}`);

/** To be told once when the ticket, which somebody else has reserved, is available. */
export const requestAlert = (ticketId: string) =>
  sendAsPageUser<Alert>("PUT", `/api/tickets/${ticketId}/alert`);

export const withdrawAlert = (ticketId: string) =>
  sendAsPageUser<null>("DELETE", `/api/tickets/${ticketId}/alert`);

/** A list of tickets on sale, which is the same for everybody. */
export const fetchTickets = (path: string) => send<Ticket[]>("GET", path);

/** Once until it is answered. */
export const createOrder = (body: OrderIn) => postOnce<Order>("/api/orders", body);

/** The user's newest orders. */
export const fetchOrders = () => sendAsPageUser<Order[]>("GET", "/api/orders?limit=20");

export const fetchOrder = (id: string) => sendAsPageUser<OrderDetails>("GET", `/api/orders/${id}`);

export const release = (orderId: string) => sendAsPageUser<null>("DELETE", `/api/orders/${orderId}`);

/** Once until it is answered. */
export const pay = (body: PaymentIn) => postOnce<PaymentResult>("/api/payments", body);

function postOnce<T>(path: string, body: unknown): Promise<ApiResult<T>> {
  return sendOnce(`${path} ${JSON.stringify(body)}`, (key) =>
    sendAsPageUser<T>("POST", path, body, idempotencyKey(key)),
  );
}

/** Names the user that the page was rendered for: the API refuses the request if the session is another user's. */
async function sendAsPageUser<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResult<T>> {
  const user = document.documentElement.dataset.user;
  const result = await send<T>(method, path, body, {
    ...(user ? { "ticketing-user": user } : {}),
    ...headers,
  });
  if (!result.ok && [401, 409].includes(result.problem.status)) requestSessionCheck();
  return result;
}

async function send<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResult<T>> {
  const hasBody = body !== undefined;
  const isWrite = method !== "GET";
  const result = await request<T>(path, {
    method,
    headers: {
      accept: "application/json",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(isWrite ? traceHeaders() : {}),
      ...headers,
    },
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  });
  if (isWrite) rememberWrite();
  return result;
}

function idempotencyKey(key: string): Record<string, string> {
  return { "idempotency-key": key };
}

function ifMatch(version: number): Record<string, string> {
  return { "if-match": `"${version}"` };
}

/**
 * Writes continue the trace of the page's request. Reads do not: a page that polls would make that trace grow without
 * end.
 */
function traceHeaders(): Record<string, string> {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="traceparent"]');
  return meta ? { traceparent: meta.content } : {};
}
