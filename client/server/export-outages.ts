/** Logs when spans cannot be sent any more, and when they can again: once each, not for every batch. */

import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

import { logInfo, logWarning } from "../src/lib/log";

export function reportOutages(exporter: SpanExporter): SpanExporter {
  let failedSince: number | null = null;

  function note({ code, error }: ExportResult): void {
    if (code === ExportResultCode.SUCCESS && failedSince !== null) {
      logInfo("dependency.recovered", { dependency: "otlp", seconds: (Date.now() - failedSince) / 1000 });
      failedSince = null;
    } else if (code === ExportResultCode.FAILED && failedSince === null) {
      failedSince = Date.now();
      logWarning("dependency.unavailable", { dependency: "otlp", error: String(error) });
    }
  }

  return {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
      exporter.export(spans, (result) => {
        note(result);
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
