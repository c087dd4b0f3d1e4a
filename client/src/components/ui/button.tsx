"use client";

import { LoaderCircle } from "lucide-react";
import { useSyncExternalStore, type ComponentProps, type ReactNode } from "react";

import { Link } from "./link";

type Look = "primary" | "plain" | "quiet";
type Size = "normal" | "small";
type Style = { look?: Look; size?: Size; className?: string };

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  plain: "border border-line bg-card hover:border-field-line",
  quiet: "hover:bg-card",
};
const SIZES: Record<Size, string> = { normal: "h-12 px-5", small: "h-10 px-3 text-[15px]" };

function classes({ look = "plain", size = "normal", className = "" }: Style): string {
  return `inline-flex items-center justify-center gap-2 rounded-control text-center font-medium whitespace-nowrap
    transition-colors aria-busy:opacity-70 ${LOOKS[look]} ${SIZES[size]} ${className}`;
}

type ButtonProps = Style & ComponentProps<"button"> & { pending?: boolean; children: ReactNode };

/** Takes no click before the page is alive, nor while `pending`. */
export function Button({ look, size, className, pending = false, disabled, children, ...rest }: ButtonProps) {
  const isAlive = useIsAlive();
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || pending || !isAlive}
      aria-busy={pending || undefined}
      className={classes({ look, size, className })}
    >
      {pending && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
      {children}
    </button>
  );
}

export function ButtonLink({ look, size, className, ...rest }: Style & ComponentProps<typeof Link>) {
  return <Link {...rest} className={classes({ look, size, className })} />;
}

const never = () => () => {};

/** False on the server and until React has taken over: a form sent before would be sent by the browser itself. */
function useIsAlive(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
