import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { TicketDesk, type Viewer } from "@/components/tickets/ticket-desk";
import { Unavailable } from "@/components/ui/unavailable";
import { getOrder, getTicket } from "@/lib/api/queries";
import type { Ticket } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { session } from "@/lib/session";
import { currency } from "@/lib/settings";

type Props = PageProps<"/tickets/[id]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const answer = await getTicket((await params).id);
  if (!answer.ok) return { title: "Ticket" };
  const { title, price } = answer.data;
  return { title, description: `${title}: a ticket for ${formatMoney(price, currency())} on Ticketing.` };
}

export default async function TicketPage({ params }: Props) {
  const answer = await getTicket((await params).id);
  if (!answer.ok) {
    if (answer.problem.status === 404) notFound();
    return <Unavailable problem={answer.problem} />;
  }
  return <TicketDesk ticket={answer.data} viewer={await viewerOf(answer.data)} />;
}

/** Who looks at the ticket. That one holds it oneself only one's own orders can tell. */
async function viewerOf(ticket: Ticket): Promise<Viewer> {
  const { state, ...found } = await session();
  if (state !== "in" || !("user" in found)) return { kind: state === "out" ? "stranger" : "buyer" };
  if (found.user.id === ticket.userId) return { kind: "seller" };
  const order = ticket.orderId ? await getOrder(ticket.orderId) : null;
  return order?.ok ? { kind: "holder", orderId: order.data.id } : { kind: "buyer" };
}
