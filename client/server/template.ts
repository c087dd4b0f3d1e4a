/** A rendered page with holes for what differs between its readers. */

export type Values = Record<string, string>;

type Context = keyof typeof ESCAPES;
type Hole = { name: string; context: Context };

/** The payload is a string of React's wire format, in a page quoted once more as an argument in a script. */
const ESCAPES = {
  html: (value: string) => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  payload: (value: string) => quote(value.startsWith("$") ? `$${value}` : value),
  script: (value: string) =>
    quote(ESCAPES.payload(value)).replace(
      /[&<>\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
};

export class Template {
  private constructor(private readonly parts: (string | Hole)[]) {}

  /** The text with a hole wherever one of `tokens` (by name) is; throws if one of them is cut in two. */
  static parse(text: string, tokens: Values, format: "html" | "payload"): Template {
    const names = new Map(Object.entries(tokens).map(([name, token]) => [token, name]));
    for (const token of names.keys()) checkIsWhole(text, token);
    const pattern = [...names.keys()].map((token) => token.replace(/\W/g, "\\$&")).join("|");
    let context: Context = format;
    const parts = text.split(new RegExp(`(${pattern})`)).map((part) => {
      const name = names.get(part);
      if (name !== undefined) return { name, context };
      if (format === "html") context = contextAfter(part, context);
      return part;
    });
    return new Template(parts);
  }

  /** The text with `values` (by name) in its holes. */
  fill(values: Values): string {
    return this.parts
      .map((part) => (typeof part === "string" ? part : ESCAPES[part.context](values[part.name] ?? "")))
      .join("");
  }
}

function contextAfter(html: string, context: Context): Context {
  const [opened, closed] = [html.lastIndexOf("<script"), html.lastIndexOf("</script")];
  if (opened === closed) return context;
  return opened > closed ? "script" : "html";
}

/** Next.js may write the payload in several scripts, divided anywhere. */
function checkIsWhole(text: string, token: string): void {
  const count = (part: string) => text.split(part).length;
  const middle = token.length / 2;
  const isWhole = [token.slice(0, middle), token.slice(middle)].every((half) => count(half) === count(token));
  if (!isWhole) throw new Error("a placeholder is divided between two scripts");
}

function quote(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
