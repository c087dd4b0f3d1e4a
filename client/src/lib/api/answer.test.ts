import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { ask, firstMessage, mayPass, problemOf } from "./answer";

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

test("the envelope's errors go to their fields, the rest stands alone", () => {
  const errors = [
    { message: "email must be an address.", field: "email" },
    { message: "email is required.", field: "email" },
    { message: "Try again.", field: null },
  ];
  const problem = problemOf(400, { errors });
  expect(problem.fields).toEqual({ email: "Must be an address." });
  expect(problem.messages).toEqual(["Try again."]);
});

test.each([null, {}, { errors: "no" }, { errors: [3, { field: "a" }] }, "<html>"])(
  "%j still tells something",
  (body) => {
    expect(problemOf(502, body).messages).toHaveLength(1);
  },
);

test("a good answer brings its data, also an empty one", async () => {
  expect(await ask(`${origin}/200/${encodeURIComponent('{"a":1}')}`, {})).toMatchObject({
    ok: true,
    data: { a: 1 },
  });
  expect(await ask(`${origin}/204`, {})).toMatchObject({ ok: true, data: null });
});

test("a proxy's page about an outage is a problem that may pass", async () => {
  const answer = await ask(`${origin}/502/${encodeURIComponent("<h1>Bad gateway")}`, {});
  expect(!answer.ok && mayPass(answer.problem)).toBe(true);
});

test("no answer at all is a problem in calm words", async () => {
  const answer = await ask("http://127.0.0.1:1/", {});
  expect(answer).toMatchObject({ ok: false, problem: { status: 0 } });
  expect(!answer.ok && firstMessage(answer.problem)).toMatch(/Check your connection/);
});
