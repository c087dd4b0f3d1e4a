import { expect, test } from "vitest";

import { markMatches } from "./marks";

function marked(title: string, query: string): string {
  return markMatches(title, query)
    .map(({ text, isMatch }) => (isMatch ? `[${text}]` : text))
    .join("");
}

test.each([
  ["Opera gala, row C", "GALA ope", "[Opera] [gala], row C"],
  ["Opera gala, row C", "", "Opera gala, row C"],
  ["Opera gala", "op gala", "Opera [gala]"],
  ["Café concert", "cafe", "[Café] concert"],
  ["Straße", "STRASSE", "[Straße]"],
  ["ΣΑΣ", "σας", "[ΣΑΣ]"],
  ["Łódź, København", "lodz KOBEN", "[Łódź], [København]"],
  ["Kadıköy, Œuvre", "kadikoy oeu", "[Kadıköy], [Œuvre]"],
  ["O'Neill", "o'nei", "[O]'[Neill]"],
  ["東京コンサート", "コン", "東京[コ][ン]サート"],
  ["🎟️ 3", "3", "🎟️ [3]"],
  ["!!!", "!!!", "!!!"],
])("%s for %s", (title, query, expected) => {
  expect(marked(title, query)).toBe(expected);
});
