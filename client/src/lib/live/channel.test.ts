import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Channel } from "./channel";
import { FakeDocument, FakeSource } from "./channel.fakes";

const POLL_MS = 3_000;

let page: FakeDocument;

beforeEach(() => {
  vi.useFakeTimers();
  page = new FakeDocument();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
  FakeSource.opened = [];
});

afterEach(() => vi.useRealTimers());

function channel() {
  return new Channel("/stream", ["said"], (_name, data) => (data === "nothing" ? null : data));
}

function subscriber() {
  return { onEvent: vi.fn(), refresh: vi.fn(async () => {}), pollMs: POLL_MS };
}

function source(): FakeSource {
  const latest = FakeSource.opened.at(-1);
  if (!latest) throw new Error("nothing is open");
  return latest;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("an open stream replaces polling", async () => {
  const reader = subscriber();
  channel().add(reader);
  source().open();
  await pass(0);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  source().send("said", "hello");
  source().send("said", "nothing");
  await pass(POLL_MS * 9);
  expect(reader.onEvent.mock.calls).toEqual([["hello"]]);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  await pass(POLL_MS); // the connection might be dead
  expect(reader.refresh).toHaveBeenCalledTimes(2);
});

test("without a stream the page polls, and tries again after growing delays", async () => {
  const reader = subscriber();
  channel().add(reader);
  source().fail(FakeSource.CLOSED);
  await pass(0);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  await pass(2 * POLL_MS);
  expect(reader.refresh).toHaveBeenCalledTimes(3);
  await pass(4_000);
  expect(FakeSource.opened).toHaveLength(2);
  source().fail(FakeSource.CLOSED);
  await pass(4_900);
  expect(FakeSource.opened).toHaveLength(2);
  await pass(10_200);
  expect(FakeSource.opened).toHaveLength(3);
});

test("a stream that does not answer does not keep the page from polling", async () => {
  const reader = subscriber();
  channel().add(reader);
  await pass(1_001);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  source().open();
  await pass(0);
  expect(reader.refresh).toHaveBeenCalledTimes(2);
});

test("a stream that the browser opens again goes on without a refresh, unless it is reset", async () => {
  const reader = subscriber();
  channel().add(reader);
  source().open();
  await pass(0);
  source().fail(0);
  await pass(2_000);
  source().open();
  await pass(POLL_MS);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  source().send("reset", {});
  await pass(0);
  expect(reader.refresh).toHaveBeenCalledTimes(2);
});

test("a hidden page has no stream, and is refreshed when it is visible again", async () => {
  const reader = subscriber();
  channel().add(reader);
  source().open();
  await pass(0);
  page.setHidden(true);
  expect(source().readyState).toBe(FakeSource.CLOSED);
  await pass(20 * POLL_MS);
  expect(reader.refresh).toHaveBeenCalledTimes(1);
  page.setHidden(false);
  source().open();
  await pass(0);
  expect(FakeSource.opened).toHaveLength(2);
  expect(reader.refresh).toHaveBeenCalledTimes(2);
});

test("an offline page polls until it is online", async () => {
  const reader = subscriber();
  channel().add(reader);
  source().open();
  await pass(0);
  window.dispatchEvent(new Event("offline"));
  await pass(0);
  expect(source().readyState).toBe(FakeSource.CLOSED);
  expect(reader.refresh).toHaveBeenCalledTimes(2);
  window.dispatchEvent(new Event("online"));
  source().open();
  await pass(0);
  expect(FakeSource.opened).toHaveLength(2);
  expect(reader.refresh).toHaveBeenCalledTimes(3);
});

test("a hidden page keeps the stream of a subscriber who wants to be told, and only as long", async () => {
  const [reader, waiting] = [subscriber(), { ...subscriber(), whileHidden: true }];
  const shared = channel();
  shared.add(reader);
  const removeWaiting = shared.add(waiting);
  source().open();
  page.setHidden(true);
  source().send("said", "freed");
  expect(reader.onEvent).toHaveBeenCalledWith("freed");
  removeWaiting();
  expect(source().readyState).toBe(FakeSource.CLOSED);
});

test("subscribers share a stream, which is closed after the last of them", async () => {
  const [first, second] = [subscriber(), subscriber()];
  const shared = channel();
  const removeFirst = shared.add(first);
  source().open();
  const removeSecond = shared.add(second);
  await pass(0);
  expect(second.refresh).toHaveBeenCalledTimes(1);
  removeFirst();
  source().send("said", "hello");
  expect([first.onEvent.mock.calls.length, second.onEvent.mock.calls.length]).toEqual([0, 1]);
  removeSecond();
  const third = subscriber();
  shared.add(third)();
  await pass(1_000);
  expect(FakeSource.opened).toHaveLength(1);
  expect(source().readyState).toBe(FakeSource.CLOSED);
});
