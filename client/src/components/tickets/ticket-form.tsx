"use client";

import { useRouter } from "next/navigation";

import { useSiteConfig } from "@/components/layout/site-config";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ProblemMessages } from "@/components/ui/problem-messages";
import { useSubmit } from "@/components/ui/use-submit";
import type { Ticket } from "@/lib/api/types";
import { parsePrice, priceText } from "@/lib/money";
import { toast } from "@/lib/toast";

import { useSave } from "./use-save";

/** Puts a ticket on sale, once for each `rendering`, or edits `ticket`. */
export function TicketForm({ ticket, rendering = "" }: { ticket?: Ticket; rendering?: string }) {
  const router = useRouter();
  const { currency } = useSiteConfig();
  const { form, save } = useSave(ticket);
  const { problem, pending, onSubmit } = useSubmit({
    submit: (data) => {
      const title = String(data.get("title") ?? "").trim();
      const parsed = parsePrice(String(data.get("price") ?? ""), currency);
      const fields: Record<string, string> = title ? {} : { title: "Enter a title." };
      if ("error" in parsed) fields.price = parsed.error;
      if ("error" in parsed || !title) return { status: 400, messages: [], fields };
      return save({ title, price: parsed.price }, String(data.get("rendering") ?? ""));
    },
    onSuccess: (saved) => {
      toast.success(ticket ? "Your changes are saved." : "Your ticket is on sale.");
      // Back from the new ticket leads to what was before the form.
      if (ticket) router.push(`/tickets/${saved.id}`);
      else router.replace(`/tickets/${saved.id}`);
      router.refresh();
    },
  });
  return (
    <form ref={form} method="post" noValidate onSubmit={onSubmit} className="grid gap-4 p-6 sm:p-8">
      <input type="hidden" name="rendering" defaultValue={rendering} />
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
        defaultValue={ticket && priceText(ticket.price, currency)}
        placeholder={priceText(95, currency)}
        hint={`In ${currency}. Existing reservations keep their price.`}
        error={problem?.fields.price}
        required
      />
      <ProblemMessages problem={problem} />
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
