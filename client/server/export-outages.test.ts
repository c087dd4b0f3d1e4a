import { ExportResultCode } from "@opentelemetry/core";
import { expect, test, vi } from "vitest";

import { reportOutages } from "./export-outages";

test("an outage of the collector is logged once, and its end", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const codes = [ExportResultCode.SUCCESS, ...Array<ExportResultCode>(3).fill(ExportResultCode.FAILED)];
  const results = [...codes, ExportResultCode.SUCCESS, ExportResultCode.SUCCESS].map((code) => ({ code }));
  const exporter = reportOutages({
    export: (_, done) => done(results.shift() ?? { code: ExportResultCode.FAILED }),
    shutdown: async () => {},
  });
  while (results.length > 0) exporter.export([], () => {});
  expect(log.mock.calls.map(([line]) => JSON.parse(String(line)).event)).toEqual([
    "dependency.unavailable",
    "dependency.recovered",
  ]);
});
