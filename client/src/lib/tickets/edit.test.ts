import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { describeChange, mergeEdit, saveEdit } from "./edit";

const SEEN = { id: "t", userId: "seller-1", version: 3, title: "Row C", price: 20 };
const TYPED = { title: "Row C", price: 25 };
const refusal = { errors: [{ message: "This has changed." }] };
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

/** Stores `current`, and changes it if the request names its version. */
function fakeApi(current: typeof SEEN) {
  const fetch = vi.fn(async (_path: string, { method, headers }: RequestInit) => {
    if (method === "GET") return json(200, current);
    const names = new Headers(headers).get("if-match");
    if (names !== `"${current.version}"`) return json(412, refusal);
    return json(200, { ...current, ...TYPED, version: current.version + 1 });
  });
  vi.stubGlobal("fetch", fetch);
}

beforeEach(() => {
  vi.stubGlobal("document", { documentElement: { dataset: {} }, querySelector: () => null });
});
afterEach(() => vi.unstubAllGlobals());

test("the version that was seen is changed", async () => {
  fakeApi(SEEN);
  expect(await saveEdit(SEEN, TYPED)).toMatchObject({ ok: true, data: { price: 25, version: 4 } });
});

test("a ticket that was changed meanwhile is kept and returned", async () => {
  const current = { ...SEEN, title: "Row A", version: 4 };
  fakeApi(current);
  expect(await saveEdit(SEEN, TYPED)).toEqual({ changed: current });
});

test("another version that looks the same is changed", async () => {
  fakeApi({ ...SEEN, version: 5 });
  expect(await saveEdit(SEEN, TYPED)).toMatchObject({ ok: true, data: { price: 25, version: 6 } });
});

test("fields that the user left alone get what is stored", () => {
  const current = { title: "Row A", price: 30 };
  expect(mergeEdit(SEEN, TYPED, current)).toEqual({ title: "Row A", price: 25 });
});

test("the change is described, and what saving would replace", () => {
  const current = { title: "Row A", price: 30 };
  expect(describeChange(SEEN, { title: "Row A", price: 25 }, current, "USD")).toEqual({
    status: 412,
    messages: [
      "This ticket was changed meanwhile: the title is now “Row A”, and the price is now $30.00. " +
        "Check it, then save again.",
    ],
    fields: { price: "Saving replaces $30.00." },
  });
});

test("a field that only the user has changed is no conflict", () => {
  const current = { title: "Row A", price: SEEN.price };
  expect(describeChange(SEEN, { title: "Row A", price: 25 }, current, "USD").fields).toEqual({});
});
