/**
 * Sends requests with autocannon, as fast as the connections allow. Reads one job a line from standard input:
 * {url, connections, requests: [{method, path, headers, body?}], keepBodies}, and answers each with one line:
 * {seconds, statuses, failures, times, bytes, bodies}. `times` are in milliseconds.
 */

import { createInterface } from "node:readline";

import autocannon from "autocannon";

const SAMPLE_MS = 20; // how often autocannon looks whether it is done

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
}

async function run({ url, connections, requests, keepBodies }) {
  const result = { seconds: 0, statuses: {}, times: [], bytes: 0, bodies: [] };
  let next = 0;
  const exchange = {
    setupRequest: (request) => ({ ...request, body: undefined, ...requests[next++] }),
    onResponse(status, body) {
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      result.bytes += body.length;
      if (keepBodies) result.bodies.push(body);
    },
  };
  const startedAt = performance.now();
  const options = { url, connections, amount: requests.length, timeout: 30, sampleInt: SAMPLE_MS, requests: [exchange] };
  const load = autocannon(options);
  load.on("response", (_client, _status, _bytes, milliseconds) => {
    result.times.push(milliseconds);
    result.seconds = (performance.now() - startedAt) / 1000;
  });
  const { errors, timeouts } = await load;
  return { ...result, failures: errors + timeouts };
}
