/** What `work` gives, if it gives it within `ms`; else undefined, and the work goes on. */
export async function headStart<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const early = await Promise.race([work.catch(() => undefined), enough]);
  clearTimeout(timer);
  return early;
}
