import type { Metadata } from "next";

import { TicketForm } from "@/components/tickets/ticket-form";
import { Heading } from "@/components/ui/heading";
import { Panel } from "@/components/ui/panel";
import { signedIn } from "@/lib/session";

export const metadata: Metadata = { title: "Sell a ticket" };

export default async function NewTicketPage() {
  await signedIn("/tickets/new");
  return (
    <div className="mx-auto max-w-xl">
      <Heading title="Sell a ticket">It is on sale at once. You can change it while nobody holds it.</Heading>
      <Panel>
        <TicketForm />
      </Panel>
    </div>
  );
}
