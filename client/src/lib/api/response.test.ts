import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { request, firstMessage, isRetryable, toProblem } from "./response";

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, status = "200", body = ""] = (request.url ?? "").split("/");
    response.writeHead(Number(status)).end(decodeURIComponent(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

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

test.each([null, {}, { errors: "no" }, { errors: [3, { field: "a" }] }, "<html>"])(
  "%j gives a message",
  (body) => {
    expect(toProblem(502, body).messages).toHaveLength(1);
  },
);

test("a successful response has its data, or null if empty", async () => {
  expect(await request(`${origin}/200/${encodeURIComponent('{"a":1}')}`, {})).toMatchObject({
    ok: true,
    data: { a: 1 },
  });
  expect(await request(`${origin}/204`, {})).toMatchObject({ ok: true, data: null });
});

test("an HTML error page of a proxy is retryable", async () => {
  const result = await request(`${origin}/502/${encodeURIComponent("<h1>Bad gateway")}`, {});
  expect(!result.ok && isRetryable(result.problem)).toBe(true);
});

test("no response is a problem with a message", async () => {
  const result = await request("http://127.0.0.1:1/", {});
  expect(result).toMatchObject({ ok: false, problem: { status: 0 } });
  expect(!result.ok && firstMessage(result.problem)).toMatch(/Check your connection/);
});
