import { ButtonLink } from "./button";

type Props = {
  path: string;
  query?: Record<string, string>;
  after?: string;
  next: string | null;
  label?: string;
  firstLabel?: string;
};

/** Links to the first and the next page. */
export function Pager({ path, query = {}, after, next, label = "Older", firstLabel = "Newest" }: Props) {
  if (!after && !next) return null;
  const first = new URLSearchParams(query).toString();
  return (
    <nav aria-label="Pages" className="mt-8 flex justify-center gap-3">
      {after && <ButtonLink href={first ? `${path}?${first}` : path}>{firstLabel}</ButtonLink>}
      {next && (
        <ButtonLink href={`${path}?${new URLSearchParams({ ...query, after: next })}`}>{label}</ButtonLink>
      )}
    </nav>
  );
}
