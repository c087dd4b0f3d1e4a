/** The value of a cookie, as it is written in the Cookie header. */
export function cookieValue(header: string | null | undefined, name: string): string | undefined {
  const found = header?.split(";").find((pair) => pair.trimStart().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}
