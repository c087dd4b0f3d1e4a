"use client";

import { useRouter } from "next/navigation";

import { useSiteConfig } from "@/components/layout/site-config";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useSubmit } from "@/components/ui/use-submit";
import type { Problem } from "@/lib/api/response";
import { createTicket, editTicket } from "@/lib/api/browser";
import type { Ticket } from "@/lib/api/types";
import { decimalsOf, parseMoney } from "@/lib/money";
import { toast } from "@/lib/toast";

const INVALID_PRICE: Problem = {
  status: 400,
  messages: [],
  fields: { price: "Enter a price, for example 12.50." },
};

/** Puts a ticket on sale, or edits `ticket`. */
export function TicketForm({ ticket }: { ticket?: Ticket }) {
  const router = useRouter();
  const { currency } = useSiteConfig();
  const { problem, pending, onSubmit } = useSubmit({
    submit: (form) => {
      const price = parseMoney(String(form.get("price") ?? ""));
      const title = String(form.get("title") ?? "").trim();
      if (price === null) return INVALID_PRICE;
      return ticket ? editTicket(ticket.id, { title, price }) : createTicket({ title, price });
    },
    onSuccess: (saved) => {
      toast.success(ticket ? "Your changes are saved." : "Your ticket is on sale.");
      router.push(`/tickets/${saved.id}`);
      router.refresh();
    },
  });
  return (
    <form method="post" noValidate onSubmit={onSubmit} className="grid gap-4 p-6 sm:p-8">
      <Field
        label="Title"
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
        hint={`In ${currency}. Existing reservations keep their price.`}
        error={problem?.fields.price}
        required
      />
      {problem?.messages.map((message) => (
        <Notice key={message} tone="bad">
          {message}
        </Notice>
      ))}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant="primary" pending={pending}>
          {ticket ? "Save changes" : "Put on sale"}
        </Button>
        <ButtonLink href={ticket ? `/tickets/${ticket.id}` : "/"} variant="quiet">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
