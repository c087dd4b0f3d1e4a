"use client";

import { createContext, use, type ReactNode } from "react";

/** Server settings that client components need. */
export type SiteConfig = { currency: string; holdSeconds: number };

const SiteConfigContext = createContext<SiteConfig>({ currency: "USD", holdSeconds: 900 });

export function SiteConfigProvider({ config, children }: { config: SiteConfig; children: ReactNode }) {
  return <SiteConfigContext value={config}>{children}</SiteConfigContext>;
}

export function useSiteConfig(): SiteConfig {
  return use(SiteConfigContext);
}
