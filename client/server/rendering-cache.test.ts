import { beforeEach, expect, test } from "vitest";

import { RenderingCache } from "./rendering-cache";

const LIFETIME = { freshMs: 1_000, staleMs: 1_000 };

let clock: number;
let finish: ((isCacheable?: boolean) => void)[];
let started: number;
let cache: RenderingCache<number>;

beforeEach(() => {
  [clock, finish, started] = [0, [], 0];
  const render = () => {
    const value = (started += 1);
    return new Promise<{ value: number; isCacheable: boolean }>((resolve) =>
      finish.push((isCacheable = true) => resolve({ value, isCacheable })),
    );
  };
  cache = new RenderingCache(render, LIFETIME, () => clock);
});

async function rendered(isCacheable = true): Promise<void> {
  const page = cache.get();
  finish.shift()?.(isCacheable);
  await page;
}

test("requests that arrive during a rendering share it", async () => {
  const pages = [cache.get(), cache.get(), cache.get()];
  finish.shift()?.();
  expect(await Promise.all(pages)).toEqual([1, 1, 1]);
});

test("a stale page is served while one rendering replaces it", async () => {
  await rendered();
  clock = 1_500;
  expect(await Promise.all([cache.get(), cache.get()])).toEqual([1, 1]);
  expect(started).toBe(2);
  finish.shift()?.();
  await expect.poll(() => cache.get()).toBe(2);
});

test("a page past its lifetime is not served", async () => {
  await rendered();
  clock = 2_001;
  const page = cache.get();
  finish.shift()?.();
  expect(await page).toBe(2);
});

test("the age of a page counts from the start of its rendering", async () => {
  const first = cache.get();
  clock = 2_001;
  finish.shift()?.();
  await first;
  const second = cache.get();
  finish.shift()?.();
  expect(await second).toBe(2);
});

test("a new page is rendered after the request, once for all that ask meanwhile", async () => {
  const early = cache.get();
  const late = [cache.getNew(), cache.getNew()];
  expect(started).toBe(1);
  finish.shift()?.();
  expect(await early).toBe(1);
  await expect.poll(() => started).toBe(2);
  finish.shift()?.();
  expect(await Promise.all(late)).toEqual([2, 2]);
});

test("a new page replaces a fresh one", async () => {
  await rendered();
  const page = cache.getNew();
  finish.shift()?.();
  expect(await page).toBe(2);
  expect(await cache.get()).toBe(2);
});

test("a page that is not cacheable is given to those that waited only", async () => {
  const pages = [cache.get(), cache.get()];
  finish.shift()?.(false);
  expect(await Promise.all(pages)).toEqual([1, 1]);
  const next = cache.get();
  finish.shift()?.();
  expect(await next).toBe(2);
});

test("a failure is not cached, and does not stop those that wait for the next page", async () => {
  let renderings = 0;
  const failing = new RenderingCache(async () => {
    if ((renderings += 1) === 1) throw new Error("out of order");
    return { value: renderings, isCacheable: true };
  }, LIFETIME);
  const first = failing.get();
  const second = failing.getNew();
  await expect(first).rejects.toThrow("out of order");
  expect(await second).toBe(2);
});
