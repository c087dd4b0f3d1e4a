"use client";

/** Short words about what has just been done. The code that shows them comes when there is something to say. */

export async function sayDone(words: string): Promise<void> {
  (await import("sonner")).toast.success(words);
}

export async function sayFailed(words: string): Promise<void> {
  (await import("sonner")).toast.error(words);
}
