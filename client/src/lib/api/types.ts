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
  SalesOut as Sales,
  SummaryOut,
  SummaryState,
} from "./generated/orders";
export type { PaymentIn, PaymentOut as PaymentResult } from "./generated/payments";
export type {
  AlertOut as Alert,
  Availability,
  ListedTicketOut as OwnTicket,
  TicketIn,
  TicketOut as Ticket,
  TicketsSummaryOut as TicketsSummary,
} from "./generated/tickets";
