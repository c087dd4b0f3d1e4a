/**
 * Sends requests at a fixed rate, whatever the responses do (an open loop, which autocannon has not: it sends a second's
 * requests in one burst). Reads {url, rate, requests: [{method, path, headers, body}]} from standard input and prints
 * {id, at, status} for each response as it comes: the `id` of its JSON, and nanoseconds of the monotonic clock.
 */

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const { url, rate, requests } = JSON.parse(await new Response(process.stdin).text());
const agent = new Agent({ keepAlive: true });
const startedAt = performance.now();

for (const [number, { body, ...options }] of requests.entries()) {
  await sleep(startedAt + (1000 * number) / rate - performance.now());
  request(url + options.path, { ...options, agent }, report).end(body);
}

async function report(response) {
  const at = process.hrtime.bigint();
  const body = await new Response(response).json();
  process.stdout.write(`${JSON.stringify({ id: body.id, at: Number(at), status: response.statusCode })}\n`);
}
