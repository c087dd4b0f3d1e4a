"use client";

import { ChevronDown } from "lucide-react";
import { useEffect, useRef } from "react";

import { useSignOut } from "@/components/auth/use-sign-out";
import { Link } from "@/components/ui/link";

/** A native disclosure, closed by Escape and by a click or focus outside. */
export function AccountMenu({ email }: { email: string }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useDismiss(menu);
  return (
    <details ref={menu} className="relative min-w-0">
      <summary
        className="flex h-10 max-w-36 list-none items-center gap-1.5 rounded-control border border-line px-3 text-[15px]
          hover:border-field-line sm:max-w-64 [&::-webkit-details-marker]:hidden"
      >
        <span className="sr-only">Account: </span>
        <span className="truncate">{email}</span>
        <ChevronDown aria-hidden size={16} className="shrink-0 text-muted" />
      </summary>
      <div className="absolute right-0 z-10 mt-2 w-60 rounded-panel border border-line bg-card p-2 shadow-lg">
        <p className="px-3 py-2 text-sm break-words text-muted">Signed in as {email}</p>
        <Link
          href="/account"
          onClick={() => menu.current?.removeAttribute("open")}
          className="block rounded-control px-3 py-2 hover:bg-paper"
        >
          Account
        </Link>
        <SignOutButton />
      </div>
    </details>
  );
}

function SignOutButton() {
  const [pending, signOut] = useSignOut();
  return (
    <button
      type="button"
      onClick={signOut}
      disabled={pending}
      className="w-full rounded-control px-3 py-2 text-left hover:bg-paper disabled:opacity-60"
    >
      {pending ? "Signing out…" : "Sign out"}
    </button>
  );
}

function useDismiss(menu: React.RefObject<HTMLDetailsElement | null>) {
  useEffect(() => {
    const close = (event: Event) => {
      const isOutside = !(event.target instanceof Node && menu.current?.contains(event.target));
      const isEscape = event instanceof KeyboardEvent && event.key === "Escape";
      if (menu.current?.open && (isEscape || (event.type !== "keydown" && isOutside))) {
        menu.current.open = false;
        if (isEscape) menu.current.querySelector("summary")?.focus();
      }
    };
    const events = ["click", "focusin", "keydown"];
    events.forEach((name) => document.addEventListener(name, close));
    return () => events.forEach((name) => document.removeEventListener(name, close));
  }, [menu]);
}
