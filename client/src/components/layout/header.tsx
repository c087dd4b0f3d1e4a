import { ButtonLink } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Session } from "@/lib/session";

import { AccountMenu } from "./account-menu";
import { NavLink } from "./nav-link";
import { ThemeToggle } from "./theme-toggle";

/** Rendered on the server with the current session, so that it never flashes the wrong state. */
export function Header({ session }: { session: Session }) {
  return (
    <header className="no-print border-b border-dashed border-line">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-8 sm:py-4">
        <Link
          href="/"
          className="rounded-sm text-sm font-bold tracking-[0.18em]"
          aria-label="Ticketing, home"
        >
          TICKET<span className="text-accent">ING</span>
        </Link>
        <nav
          aria-label="Main"
          className="order-last -mx-2 flex w-full sm:order-none sm:mx-0 sm:ml-auto sm:w-auto"
        >
          <NavLink href="/">Tickets</NavLink>
          {session.state !== "out" && <NavLink href="/orders">My orders</NavLink>}
          {session.state !== "out" && <NavLink href="/tickets/mine">My tickets</NavLink>}
          <NavLink href="/tickets/new">Sell</NavLink>
        </nav>
        <div className="ml-auto flex min-w-0 items-center gap-2 sm:ml-0">
          <ThemeToggle />
          <Account session={session} />
        </div>
      </div>
    </header>
  );
}

function Account({ session }: { session: Session }) {
  switch (session.state) {
    case "in":
      return <AccountMenu email={session.user.email} />;
    case "out":
      return (
        <>
          <ButtonLink href="/signin" variant="quiet" size="small">
            Sign in
          </ButtonLink>
          <ButtonLink href="/signup" variant="plain" size="small">
            Sign up
          </ButtonLink>
        </>
      );
    case "unknown":
      return <p className="text-sm text-muted">Accounts unavailable</p>;
  }
}
