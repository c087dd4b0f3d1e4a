/** What the page asks for by itself, on its own origin: cookies go and come without our help. */

import { ask, type Answer } from "./answer";
import type {
  Order,
  OrderDetails,
  PaymentIn,
  PaymentTry,
  SignInIn,
  SignUpIn,
  Ticket,
  TicketIn,
  UserOut,
} from "./types";

// Paying may take as long as Stripe does.
const PATIENCE_MS = 30_000;

export const signUp = (body: SignUpIn) => send<UserOut>("POST", "/api/users/signup", body);

export const signIn = (body: SignInIn) => send<UserOut>("POST", "/api/users/signin", body);

export const signOut = () => send<unknown>("POST", "/api/users/signout", {});

export const createTicket = (body: TicketIn) => send<Ticket>("POST", "/api/tickets", body);

export const editTicket = (id: string, body: TicketIn) => send<Ticket>("PUT", `/api/tickets/${id}`, body);

export const fetchTicket = (id: string) => send<Ticket>("GET", `/api/tickets/${id}`);

export const reserve = (ticketId: string) => send<Order>("POST", "/api/orders", { ticketId });

export const fetchOrder = (id: string) => send<OrderDetails>("GET", `/api/orders/${id}`);

export const release = (orderId: string) => send<null>("DELETE", `/api/orders/${orderId}`);

export const pay = (body: PaymentIn) => send<PaymentTry>("POST", "/api/payments", body);

function send<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return ask<T>(path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...content,
  });
}
