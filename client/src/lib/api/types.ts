/** The generated API types, under the names used in the client. */

export type {
  ChangePasswordIn,
  CurrentUserOut as User,
  DeleteAccountIn,
  SignInIn,
  SignUpIn,
  UserOut,
} from "./generated/auth";
export type {
  HistoryEntryOut as HistoryEntry,
  OrderDetailsOut as OrderDetails,
  OrderIn,
  OrderOut as Order,
  SummaryOut,
  SummaryState,
} from "./generated/orders";
export type { PaymentIn, PaymentOut as PaymentResult } from "./generated/payments";
export type { TicketIn, TicketOut as Ticket } from "./generated/tickets";
