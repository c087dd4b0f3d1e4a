import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, expect, test, vi } from "vitest";

import { setting } from "./environment";

afterEach(() => vi.unstubAllEnvs());

test("a file that appears later is read without a restart", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "settings-"));
  vi.stubEnv("SETTINGS_DIR", folder);
  expect(setting("STRIPE_PUBLISHABLE_KEY")).toBeUndefined();
  writeFileSync(path.join(folder, "STRIPE_PUBLISHABLE_KEY"), "pk_test_late\n");
  expect(setting("STRIPE_PUBLISHABLE_KEY")).toBe("pk_test_late");
  rmSync(folder, { recursive: true });
});

test("a blank variable is unset", () => {
  vi.stubEnv("STRIPE_JS_URL", " ");
  expect(setting("STRIPE_JS_URL")).toBeUndefined();
});
