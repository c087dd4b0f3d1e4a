import { useId, type ComponentProps, type ReactNode } from "react";

type FieldProps = ComponentProps<"input"> & {
  label: string;
  error?: string;
  hint?: string;
  prefix?: ReactNode;
};

/** A labelled input with its hint and error, which screen readers read with it. */
export function Field({ label, error, hint, prefix, className = "", ...input }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <div className="relative">
        {prefix && (
          <span
            aria-hidden
            className="figures absolute inset-y-0 left-3.5 grid place-items-center text-muted"
          >
            {prefix}
          </span>
        )}
        <input
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy || undefined}
          className={`h-12 w-full rounded-control border border-field-line bg-card px-3.5 text-base placeholder:text-muted
            aria-invalid:border-accent aria-invalid:bg-bad-ground ${prefix ? "figures pl-8" : ""}`}
          {...input}
        />
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm font-medium text-accent">
          {error}
        </p>
      )}
    </div>
  );
}
