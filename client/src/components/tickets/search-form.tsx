"use client";

import { LoaderCircle, Search } from "lucide-react";
import Form from "next/form";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition, type ComponentProps } from "react";

import { useSiteConfig } from "@/components/layout/site-config";
import { parseMoney, type Currency } from "@/lib/money";
import { listPath } from "@/lib/paging";
import { MAX_QUERY_CHARS, parseSearch, SORTS, toQuery, type TicketSearch } from "@/lib/tickets/search";

const DEBOUNCE_MS = 300;
const PRICE_ERROR = "price-error";
const CONTROL = "h-12 rounded-control border border-field-line bg-card";

/** Searches as the user types; without JavaScript it is a plain form. */
export function SearchForm({ search }: { search: TicketSearch }) {
  const { form, pending, onChange, onSubmit } = useSearchForm(search);
  const { currency } = useSiteConfig();
  return (
    <Form
      action="/"
      role="search"
      ref={form}
      onChange={onChange}
      onSubmit={onSubmit}
      className="grid min-w-0 flex-1 grid-cols-1 gap-2.5"
    >
      <div className="flex gap-2.5">
        <TitleInput defaultValue={search.q} pending={pending} />
        <button type="submit" className={`${CONTROL} border-line px-5 font-medium hover:border-field-line`}>
          Search
        </button>
      </div>
      <div className="flex gap-2.5">
        <select
          name="sort"
          aria-label="Order"
          defaultValue={search.sort}
          className={`${CONTROL} min-w-0 grow px-2 sm:grow-0 sm:px-3`}
        >
          {Object.entries(SORTS).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <PriceInput name="minPrice" label="Lowest price" placeholder="Min price" text={search.minPrice} />
        <PriceInput name="maxPrice" label="Highest price" placeholder="Max price" text={search.maxPrice} />
      </div>
      {[search.minPrice, search.maxPrice].some((text) => isNoPrice(text, currency)) && (
        <p id={PRICE_ERROR} role="alert" className="text-sm font-medium text-accent">
          Enter a price, for example 12.50.
        </p>
      )}
    </Form>
  );
}

/** The form follows the URL, such as after the home link, but what is being typed is never overwritten. */
function useSearchForm(search: TicketSearch) {
  const router = useRouter();
  const [pending, start] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (pending || timer.current !== undefined) return;
    for (const [name, value] of Object.entries(search)) {
      const field = form.current?.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null;
      if (field && field.value.trim() !== value) field.value = value;
    }
  }, [search, pending]);

  function searchAfter(milliseconds: number) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (!form.current) return;
      const typed = Object.fromEntries(new FormData(form.current)) as Record<string, string>;
      const href = listPath("/", toQuery(parseSearch(typed)));
      start(() => router.replace(href, { scroll: false }));
    }, milliseconds);
  }

  return {
    form,
    pending,
    onChange: () => searchAfter(DEBOUNCE_MS),
    onSubmit: (event: { preventDefault: () => void }) => {
      event.preventDefault();
      searchAfter(0);
    },
  };
}

function TitleInput({ pending, ...input }: ComponentProps<"input"> & { pending: boolean }) {
  const Icon = pending ? LoaderCircle : Search;
  return (
    <div className="relative min-w-0 grow">
      <Icon
        aria-hidden
        size={18}
        className={`absolute top-1/2 left-3.5 -translate-y-1/2 text-muted ${pending ? "animate-spin" : ""}`}
      />
      <input
        name="q"
        type="search"
        aria-label="Search titles"
        placeholder="Search titles"
        maxLength={MAX_QUERY_CHARS}
        className={`${CONTROL} w-full pr-3.5 pl-10 placeholder:text-muted`}
        {...input}
      />
    </div>
  );
}

function isNoPrice(text: string, currency: Currency): boolean {
  return text !== "" && parseMoney(text, currency) === null;
}

type PriceProps = { name: string; label: string; placeholder: string; text: string };

/** What is no price is not searched for, and marked as invalid. */
function PriceInput({ name, label, placeholder, text }: PriceProps) {
  const { currency } = useSiteConfig();
  const isInvalid = isNoPrice(text, currency);
  return (
    <input
      name={name}
      inputMode="decimal"
      autoComplete="off"
      aria-label={`${label} in ${currency}`}
      aria-invalid={isInvalid || undefined}
      aria-describedby={isInvalid ? PRICE_ERROR : undefined}
      placeholder={placeholder}
      defaultValue={text}
      maxLength={20}
      className={`${CONTROL} figures w-25 shrink-0 px-3 placeholder:font-sans placeholder:text-[15px] placeholder:text-muted aria-invalid:border-accent
        aria-invalid:bg-bad-ground`}
    />
  );
}
