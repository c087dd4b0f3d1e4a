import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { OrderDesk } from "@/components/orders/order-desk";
import { Unavailable } from "@/components/ui/unavailable";
import { getOrder } from "@/lib/api/queries";
import { serverTime } from "@/lib/api/server";
import { signedIn } from "@/lib/session";
import { till } from "@/lib/settings";

type Props = PageProps<"/orders/[id]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const answer = await getOrder((await params).id);
  return { title: answer.ok ? `Order: ${answer.data.ticket.title}` : "Order" };
}

export default async function OrderPage({ params }: Props) {
  const { id } = await params;
  const viewer = await signedIn(`/orders/${id}`);
  const answer = await getOrder(id);
  if (!answer.ok) {
    // Another's order is nobody's business: as if it were not there.
    if (answer.problem.status === 404 || answer.problem.status === 401) notFound();
    return <Unavailable problem={answer.problem} />;
  }
  const email = viewer.state === "in" ? viewer.user.email : "";
  return <OrderDesk order={answer.data} renderedAt={serverTime(answer)} till={till()} email={email} />;
}
