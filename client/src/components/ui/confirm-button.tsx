"use client";

import { useState, useTransition, type ReactNode } from "react";

import { Button } from "./button";

type Props = {
  /** What the button does, such as “Withdraw ticket”. */
  children: ReactNode;
  question: string;
  consequence: string;
  yes: string;
  no: string;
  className?: string;
  onConfirm: () => Promise<void>;
};

/** A button that asks, in its place, before it acts. */
export function ConfirmButton({ children, question, consequence, yes, no, className, onConfirm }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const [isDeclined, setDeclined] = useState(false);
  const [pending, start] = useTransition();

  const confirm = () =>
    start(async () => {
      await onConfirm();
      start(() => setConfirming(false));
    });

  const decline = () => {
    setDeclined(true);
    setConfirming(false);
  };

  if (!isConfirming) {
    return (
      // The button that replaces the question gets the focus.
      <Button autoFocus={isDeclined} className={className} onClick={() => setConfirming(true)}>
        {children}
      </Button>
    );
  }
  return (
    <div role="group" aria-label={question} className="flex flex-wrap items-center gap-2.5">
      <p className="w-full text-[15px]">
        {question} {consequence}
      </p>
      <Button pending={pending} onClick={confirm}>
        {yes}
      </Button>
      {/* A key that is held down would press the button that gets the focus. */}
      <Button autoFocus variant="quiet" disabled={pending} onClick={decline}>
        {no}
      </Button>
    </div>
  );
}
