import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { TraceContext } from "@/components/layout/trace-context";
import { OrderView } from "@/components/orders/order-view";
import { Unavailable } from "@/components/ui/unavailable";
import { getOrder } from "@/lib/api/queries";
import { serverTime } from "@/lib/api/server";
import { requireSession } from "@/lib/session";
import { stripeConfig } from "@/lib/settings";

type Props = PageProps<"/orders/[id]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const result = await getOrder((await params).id);
  return { title: result.ok ? `Order: ${result.data.ticket.title}` : "Order" };
}

export default async function OrderPage({ params }: Props) {
  const { id } = await params;
  const session = await requireSession(`/orders/${id}`);
  const result = await getOrder(id);
  if (!result.ok) {
    // Someone else's order looks like one that does not exist.
    if (result.problem.status === 404 || result.problem.status === 401) notFound();
    return <Unavailable problem={result.problem} />;
  }
  const email = session.state === "in" ? session.user.email : "";
  return (
    <>
      <TraceContext />
      <OrderView
        order={result.data}
        renderedAt={serverTime(result)}
        stripeConfig={stripeConfig()}
        email={email}
      />
    </>
  );
}
