/** The promise's value if it settles within `ms`; otherwise, or if it rejects, undefined. The work continues. */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const value = await Promise.race([promise.catch(() => undefined), timeout]);
  clearTimeout(timer);
  return value;
}
