/** Waits for `work` to end, well or badly, but no longer than `ms`. */
export async function headStart(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), enough]);
  clearTimeout(timer);
}
