"use client";

import { useRouter } from "next/navigation";

import { useShop } from "@/components/layout/shop";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useSubmit } from "@/components/ui/use-submit";
import type { Problem } from "@/lib/api/answer";
import { createTicket, editTicket } from "@/lib/api/browser";
import type { Ticket } from "@/lib/api/types";
import { decimalsOf, parseMoney } from "@/lib/money";
import { sayDone } from "@/lib/say";

const NO_PRICE: Problem = { status: 400, messages: [], fields: { price: "Give a price like 12.50." } };

/** Puts a ticket on sale, or with `ticket` changes it. */
export function TicketForm({ ticket }: { ticket?: Ticket }) {
  const router = useRouter();
  const { currency } = useShop();
  const { problem, pending, onSubmit } = useSubmit({
    act: (form) => {
      const price = parseMoney(String(form.get("price") ?? ""));
      const title = String(form.get("title") ?? "").trim();
      if (price === null) return NO_PRICE;
      return ticket ? editTicket(ticket.id, { title, price }) : createTicket({ title, price });
    },
    done: (saved) => {
      sayDone(ticket ? "Your changes are saved." : "Your ticket is on sale.");
      router.push(`/tickets/${saved.id}`);
      router.refresh();
    },
  });
  return (
    <form method="post" noValidate onSubmit={onSubmit} className="grid gap-4 p-6 sm:p-8">
      <Field
        label="What is it for?"
        name="title"
        defaultValue={ticket?.title}
        placeholder="Opera gala, row C"
        maxLength={200}
        error={problem?.fields.title}
        required
      />
      <Field
        label="Price"
        name="price"
        inputMode="decimal"
        autoComplete="off"
        prefix={currency === "USD" ? "$" : undefined}
        defaultValue={ticket?.price.toFixed(decimalsOf(currency))}
        placeholder={(95).toFixed(decimalsOf(currency))}
        hint={`In ${currency}. Who has reserved it keeps the price they saw.`}
        error={problem?.fields.price}
        required
      />
      {problem?.messages.map((message) => (
        <Notice key={message} tone="bad">
          {message}
        </Notice>
      ))}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" pending={pending}>
          {ticket ? "Save changes" : "Put on sale"}
        </Button>
        <ButtonLink href={ticket ? `/tickets/${ticket.id}` : "/"} look="quiet">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
