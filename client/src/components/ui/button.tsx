"use client";

import { LoaderCircle } from "lucide-react";
import { useSyncExternalStore, type ComponentProps, type ReactNode } from "react";

import { Link } from "./link";

type Variant = "primary" | "plain" | "quiet";
type Size = "normal" | "small";
type Style = { variant?: Variant; size?: Size; className?: string };

const VARIANTS: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  plain: "border border-line bg-card hover:border-field-line",
  quiet: "hover:bg-card",
};
const SIZES: Record<Size, string> = { normal: "h-12 px-5", small: "h-10 px-3 text-[15px]" };

function classes({ variant = "plain", size = "normal", className = "" }: Style): string {
  return `inline-flex items-center justify-center gap-2 rounded-control text-center font-medium whitespace-nowrap
    transition-colors aria-busy:opacity-70 ${VARIANTS[variant]} ${SIZES[size]} ${className}`;
}

type ButtonProps = Style & ComponentProps<"button"> & { pending?: boolean; children: ReactNode };

/** Disabled until React has hydrated the page, and while `pending`. */
export function Button({
  variant,
  size,
  className,
  pending = false,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  const isHydrated = useIsHydrated();
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || pending || !isHydrated}
      aria-busy={pending || undefined}
      className={classes({ variant, size, className })}
    >
      {pending && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
      {children}
    </button>
  );
}

export function ButtonLink({ variant, size, className, ...rest }: Style & ComponentProps<typeof Link>) {
  return <Link {...rest} className={classes({ variant, size, className })} />;
}

/** A link to a file, which the browser downloads. */
export function DownloadLink({ variant, size, className, children, ...rest }: Style & ComponentProps<"a">) {
  return (
    <a download {...rest} className={classes({ variant, size, className })}>
      {children}
    </a>
  );
}

const noSubscription = () => () => {};

/** False on the server and until hydration: before it, the browser would submit the form itself. */
function useIsHydrated(): boolean {
  return useSyncExternalStore(
    noSubscription,
    () => true,
    () => false,
  );
}
