import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { firstMessage, isOutcomeUnknown, isRetryable, request, toProblem } from "./response";

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, status = "200", body = ""] = (request.url ?? "").split("/");
    if (status !== "never") response.writeHead(Number(status)).end(decodeURIComponent(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("errors are split by field", () => {
  const errors = [
    { message: "email must be an address.", field: "email" },
    { message: "email is required.", field: "email" },
    { message: "Try again.", field: null },
  ];
  const problem = toProblem(400, { errors });
  expect(problem.fields).toEqual({ email: "Must be an address." });
  expect(problem.messages).toEqual(["Try again."]);
});

test.each([
  ["5", 5],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
  ["0", undefined],
])("Retry-After %s means %s seconds", (value, seconds) => {
  expect(toProblem(429, {}, new Headers({ "retry-after": value })).retryAfter).toBe(seconds);
});

test.each([null, {}, { errors: "no" }, { errors: [3, { field: "a" }] }, "<html>"])(
  "%j has a message",
  (body) => {
    expect(toProblem(502, body).messages).toHaveLength(1);
  },
);

test("a successful response has its data, or null if empty", async () => {
  const body = encodeURIComponent('{"a":1}');
  expect(await request(`${origin}/200/${body}`, {})).toMatchObject({ ok: true, data: { a: 1 } });
  expect(await request(`${origin}/204`, {})).toMatchObject({ ok: true, data: null });
});

test.each([
  ["an HTML error page of a proxy", "503/%3Ch1%3EUnavailable", /^Service temporarily unavailable/],
  ["a slow response", "never", /took too long/],
])("%s is retryable and explained", async (_, path, message) => {
  const result = await request(`${origin}/${path}`, { signal: AbortSignal.timeout(200) });
  expect(!result.ok && isRetryable(result.problem)).toBe(true);
  expect(!result.ok && firstMessage(result.problem)).toMatch(message);
});

test("the outcome is unknown unless the server refused the request", () => {
  const unknown = [0, 400, 402, 429, 500, 503].filter((status) =>
    isOutcomeUnknown({ status, messages: [], fields: {} }),
  );
  expect(unknown).toEqual([0, 500, 503]);
});

test("a failed connection is explained and keeps its cause", async () => {
  const result = await request("http://127.0.0.1:1/", {});
  expect(result).toMatchObject({ ok: false, problem: { status: 0 }, cause: expect.any(Error) });
  expect(!result.ok && firstMessage(result.problem)).toMatch(/Check your connection/);
});
