import { expect, test } from "vitest";

import { formKey, sendOnce } from "./request-key";
import { unavailable, type ApiResult } from "./response";

const done: ApiResult<null> = { ok: true, data: null, headers: new Headers(), sentAt: 0, receivedAt: 0 };
const lost: ApiResult<null> = { ok: false, problem: { ...unavailable, status: 0 } };
const refused: ApiResult<null> = { ok: false, problem: { ...unavailable, status: 400 } };

/** The keys with which the request is sent, one after the other, with these results. */
async function keys(name: string, ...results: ApiResult<null>[]): Promise<string[]> {
  const sent: string[] = [];
  for (const result of results) {
    await sendOnce(name, async (key) => {
      sent.push(key);
      return result;
    });
  }
  return sent;
}

test("a request has the same key until it is answered", async () => {
  const [first, retry, next] = await keys("a", lost, done, done);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect([retry === first, next === first]).toEqual([true, false]);
});

test("a refused request is a new one when it is sent again", async () => {
  const [first, again] = await keys("b", refused, done);
  expect(again).not.toBe(first);
});

test("a request that is sent twice at once has one key", async () => {
  const sent: string[] = [];
  const send = async (key: string) => {
    sent.push(key);
    return done;
  };
  await Promise.all([sendOnce("c", send), sendOnce("c", send), sendOnce("d", send)]);
  expect([sent[1] === sent[0], sent[2] === sent[0]]).toEqual([true, false]);
});

test("a form's key depends on its rendering and its fields", () => {
  const keysOfForms = [
    formKey("r", { title: "Opera", price: 1 }),
    formKey("r", { title: "Opera", price: 1 }),
    formKey("r", { title: "Oper", price: 1 }),
    formKey("s", { title: "Opera", price: 1 }),
  ];
  expect(new Set(keysOfForms).size).toBe(3);
  expect(keysOfForms[0]).toMatch(/^r-[0-9a-f]{1,16}$/);
});
