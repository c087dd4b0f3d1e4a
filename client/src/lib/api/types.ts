/** The services' words, under the names that the pages use. */

export type { CurrentUserOut as User, SignInIn, SignUpIn, UserOut } from "./generated/auth";
export type {
  HistoryLineOut as HistoryLine,
  OrderDetailsOut as OrderDetails,
  OrderOut as Order,
  PaymentOut as OrderPayment,
} from "./generated/orders";
export type { PaymentIn, PaymentOut as PaymentTry } from "./generated/payments";
export type { TicketIn, TicketOut as Ticket } from "./generated/tickets";
