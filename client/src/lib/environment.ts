import { readFileSync } from "node:fs";

/**
 * What this installation is set to, read each time it is asked for: the process's variable, else the file of that name
 * in SETTINGS_DIR. Kubernetes puts into that folder what may come after the process has started, such as a Secret.
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
    return undefined; // not there (yet)
  }
}
