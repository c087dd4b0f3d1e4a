import { readFileSync } from "node:fs";

/**
 * The environment variable, or else the contents of the file of that name in SETTINGS_DIR, read at each call: Kubernetes
 * may mount a Secret there after the process has started.
 */
export function setting(name: string): string | undefined {
  return process.env[name]?.trim() || fromFile(name);
}

function fromFile(name: string): string | undefined {
  const folder = process.env.SETTINGS_DIR;
  if (!folder) return undefined;
  try {
    return readFileSync(/* turbopackIgnore: true */ `${folder}/${name}`, "utf8").trim() || undefined;
  } catch {
    return undefined; // not mounted (yet)
  }
}
