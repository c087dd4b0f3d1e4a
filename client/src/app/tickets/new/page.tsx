import { randomUUID } from "node:crypto";

import type { Metadata } from "next";

import { TicketForm } from "@/components/tickets/ticket-form";
import { Heading } from "@/components/ui/heading";
import { Panel } from "@/components/ui/panel";
import { requireSession } from "@/lib/session";

export const metadata: Metadata = { title: "Sell a ticket" };

export default async function NewTicketPage() {
  await requireSession("/tickets/new");
  return (
    <div className="mx-auto max-w-xl">
      <Heading title="Sell a ticket">
        It goes on sale immediately. You can edit it until it is reserved.
      </Heading>
      <Panel>
        <TicketForm rendering={randomUUID()} />
      </Panel>
    </div>
  );
}
