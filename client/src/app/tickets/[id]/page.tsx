import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { TraceContext } from "@/components/layout/trace-context";
import { TicketView, type Viewer } from "@/components/tickets/ticket-view";
import { Unavailable } from "@/components/ui/unavailable";
import { getOrder, getTicket, listMyAlerts } from "@/lib/api/queries";
import type { Ticket } from "@/lib/api/types";
import { formatMoney } from "@/lib/money";
import { heldOrder } from "@/lib/orders/reserve";
import { getSession } from "@/lib/session";
import { currency } from "@/lib/settings";

type Props = PageProps<"/tickets/[id]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const result = await getTicket((await params).id);
  if (!result.ok) return { title: "Ticket" };
  const { title, price } = result.data;
  return { title, description: `${title}: a ticket for ${formatMoney(price, currency())} on Ticketing.` };
}

export default async function TicketPage({ params }: Props) {
  const result = await getTicket((await params).id);
  if (!result.ok) {
    if (result.problem.status === 404) notFound();
    return <Unavailable problem={result.problem} />;
  }
  return (
    <>
      <TraceContext />
      <TicketView ticket={result.data} viewer={await viewerOf(result.data)} />
    </>
  );
}

async function viewerOf(ticket: Ticket): Promise<Viewer> {
  const session = await getSession();
  if (session.state === "out") return { kind: "anonymous" };
  if (session.state === "in" && session.user.id === ticket.userId) return { kind: "seller" };
  if (!ticket.orderId) return { kind: "buyer", order: null, isWaiting: false };
  const [order, alerts] = await Promise.all([
    getOrder(ticket.orderId),
    listMyAlerts({ ticketId: ticket.id }),
  ]);
  return {
    kind: "buyer",
    order: order.ok ? heldOrder([order.data], ticket.id) : null,
    isWaiting: alerts.ok && alerts.data.items.some(({ state }) => state === "waiting"),
  };
}
