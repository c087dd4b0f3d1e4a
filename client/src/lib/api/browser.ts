/** API requests from the browser, to the page's own origin: the browser handles the cookies. */

import { request, type ApiResult } from "./response";
import type {
  Order,
  OrderDetails,
  PaymentIn,
  PaymentResult,
  SignInIn,
  SignUpIn,
  Ticket,
  TicketIn,
  UserOut,
} from "./types";

// A payment takes as long as Stripe does.
const TIMEOUT_MS = 30_000;

export const signUp = (body: SignUpIn) => send<UserOut>("POST", "/api/users/signup", body);

export const signIn = (body: SignInIn) => send<UserOut>("POST", "/api/users/signin", body);

export const signOut = () => send<unknown>("POST", "/api/users/signout", {});

export const createTicket = (body: TicketIn) => send<Ticket>("POST", "/api/tickets", body);

export const editTicket = (id: string, body: TicketIn) => send<Ticket>("PUT", `/api/tickets/${id}`, body);

export const fetchTicket = (id: string) => send<Ticket>("GET", `/api/tickets/${id}`);

export const reserve = (ticketId: string) => send<Order>("POST", "/api/orders", { ticketId });

export const fetchOrder = (id: string) => send<OrderDetails>("GET", `/api/orders/${id}`);

export const release = (orderId: string) => send<null>("DELETE", `/api/orders/${orderId}`);

export const pay = (body: PaymentIn) => send<PaymentResult>("POST", "/api/payments", body);

function send<T>(method: string, path: string, body?: unknown): Promise<ApiResult<T>> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return request<T>(path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...content,
  });
}
