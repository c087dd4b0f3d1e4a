"use client";

import { createContext, use, type ReactNode } from "react";

/** What the server knows and every component may need. */
export type Shop = { currency: string; holdSeconds: number };

const ShopContext = createContext<Shop>({ currency: "USD", holdSeconds: 900 });

export function ShopProvider({ shop, children }: { shop: Shop; children: ReactNode }) {
  return <ShopContext value={shop}>{children}</ShopContext>;
}

export function useShop(): Shop {
  return use(ShopContext);
}
