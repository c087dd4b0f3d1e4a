/** Which words of a title match a search, by the same rules as the API's. */

// In scripts that are written without spaces each character counts as a word.
const SPACELESS =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORD = new RegExp(`[${SPACELESS}]\\p{M}*|(?:(?![${SPACELESS}])[\\p{L}\\p{N}\\p{M}])+`, "gu");
// Letters that no normal form takes apart, but that are often typed without what makes them special.
const PLAIN: Record<string, string> = { ł: "l", ø: "o", đ: "d", ħ: "h", ŧ: "t", ı: "i", œ: "oe", æ: "ae" };

export type Segment = { text: string; isMatch: boolean };

/** The title in parts, of which those match that are words of the query, or begin like its last one. */
export function markMatches(title: string, query: string): Segment[] {
  const words = (query.match(WORD) ?? []).map(fold);
  const last = words.at(-1);
  if (last === undefined) return [{ text: title, isMatch: false }];
  const segments: Segment[] = [];
  let end = 0;
  for (const { 0: text, index } of title.matchAll(WORD)) {
    const word = fold(text);
    if (!words.includes(word) && !word.startsWith(last)) continue;
    if (index > end) segments.push({ text: title.slice(end, index), isMatch: false });
    segments.push({ text, isMatch: true });
    end = index + text.length;
  }
  if (end < title.length) segments.push({ text: title.slice(end), isMatch: false });
  return segments;
}

/** Without case and accents. Upper case first: "ß" becomes "ss". */
function fold(text: string): string {
  const folded = text.normalize("NFKD").toUpperCase().toLowerCase().replaceAll("ς", "σ");
  const unaccented = folded.normalize("NFKD").replace(/\p{M}/gu, "");
  return unaccented.replace(/[łøđħŧıœæ]/g, (letter) => PLAIN[letter] ?? letter);
}
