import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { TicketForm } from "@/components/tickets/ticket-form";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Heading } from "@/components/ui/heading";
import { Panel } from "@/components/ui/panel";
import { Unavailable } from "@/components/ui/unavailable";
import { getTicket } from "@/lib/api/queries";
import { signedIn } from "@/lib/session";

export const metadata: Metadata = { title: "Change a ticket" };

export default async function EditTicketPage({ params }: PageProps<"/tickets/[id]/edit">) {
  const { id } = await params;
  const viewer = await signedIn(`/tickets/${id}/edit`);
  const answer = await getTicket(id);
  if (!answer.ok && answer.problem.status === 404) notFound();
  return (
    <div className="mx-auto max-w-xl">
      <Heading title="Change a ticket" />
      {!answer.ok ? (
        <Unavailable problem={answer.problem} />
      ) : viewer.state === "in" && viewer.user.id !== answer.data.userId ? (
        <Closed id={id} title="This is somebody else's ticket">
          Only its seller can change it.
        </Closed>
      ) : answer.data.orderId ? (
        <Closed id={id} title="Somebody holds this ticket">
          It cannot be changed while it is reserved, nor once it is sold.
        </Closed>
      ) : (
        <Panel>
          <TicketForm ticket={answer.data} />
        </Panel>
      )}
    </div>
  );
}

function Closed({ id, title, children }: { id: string; title: string; children: string }) {
  return (
    <Empty title={title}>
      <p>{children}</p>
      <ButtonLink href={`/tickets/${id}`}>Back to the ticket</ButtonLink>
    </Empty>
  );
}
