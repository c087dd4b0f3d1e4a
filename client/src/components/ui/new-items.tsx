type Props = { count: number; what: string; onShow: () => void };

/** Says what a list does not show yet, in a line whose place is kept: nothing else moves until the visitor asks for it. */
export function NewItems({ count, what, onShow }: Props) {
  return (
    <div aria-live="polite" className="-mt-3 mb-2 flex h-8 items-center">
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="rounded-full bg-ok-ground px-3.5 py-1 text-sm font-semibold text-ok underline-offset-4 hover:underline"
        >
          {count} new {count === 1 ? what : `${what}s`}
        </button>
      )}
    </div>
  );
}
