import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { TicketForm } from "@/components/tickets/ticket-form";
import { WithdrawButton } from "@/components/tickets/withdraw-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Heading } from "@/components/ui/heading";
import { Panel } from "@/components/ui/panel";
import { Unavailable } from "@/components/ui/unavailable";
import { getTicket } from "@/lib/api/queries";
import { requireSession } from "@/lib/session";

export const metadata: Metadata = { title: "Edit ticket" };

export default async function EditTicketPage({ params }: PageProps<"/tickets/[id]/edit">) {
  const { id } = await params;
  const session = await requireSession(`/tickets/${id}/edit`);
  const result = await getTicket(id);
  if (!result.ok && result.problem.status === 404) notFound();
  return (
    <div className="mx-auto max-w-xl">
      <Heading title="Edit ticket" />
      {!result.ok ? (
        <Unavailable problem={result.problem} />
      ) : session.state === "in" && session.user.id !== result.data.userId ? (
        <NotEditable id={id} title="This is not your ticket">
          Only its seller can edit it.
        </NotEditable>
      ) : result.data.orderId ? (
        <NotEditable id={id} title="This ticket is reserved or sold">
          It cannot be edited while it is reserved, or after it is sold.
        </NotEditable>
      ) : result.data.withdrawn ? (
        <NotEditable id={id} title="This ticket is withdrawn">
          It cannot be edited any more.
        </NotEditable>
      ) : (
        <Panel>
          <TicketForm ticket={result.data} />
          <div className="border-t border-line p-6 sm:p-8">
            <WithdrawButton ticket={result.data} />
          </div>
        </Panel>
      )}
    </div>
  );
}

function NotEditable({ id, title, children }: { id: string; title: string; children: string }) {
  return (
    <EmptyState title={title}>
      <p>{children}</p>
      <ButtonLink href={`/tickets/${id}`}>Back to the ticket</ButtonLink>
    </EmptyState>
  );
}
