import { headers } from "next/headers";

import { recoverFailedChunks } from "@/lib/chunk-recovery";

const MESSAGE = "Part of this page could not be loaded. Check your connection, then";

/** Installs the recovery of failed scripts before the first of them loads. */
export async function ChunkRecovery() {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const source = `(${recoverFailedChunks})(${JSON.stringify(MESSAGE)}, "reload the page.")`;
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: source }} />;
}
