/** One rendering of the landing page, as it is sent to each of its readers. */

import { createHash, randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";

import type { User } from "../src/lib/api/types";
import { compress, type Encoding, type Quality } from "./encoding";
import { Template, type Values } from "./template";

export type Content = { headers: OutgoingHttpHeaders; body: Buffer };

type Source = { format: "html" | "payload"; headers: Headers; body: string; tokens: Values };

const COPIED_HEADERS = ["cache-control", "content-type", "referrer-policy", "x-content-type-options"];
// Compressed once for all: small. For one reader: quick, and for brotli still smaller than gzip at its best.
const SHARED_QUALITY: Quality = { br: 5, gzip: 6 };
const PERSONAL_QUALITY: Quality = { br: 1, gzip: 3 };

export class SharedPage {
  private readonly anonymous = new Map<string, Content>();

  private constructor(
    private readonly template: Template,
    private readonly link: Template,
    private readonly policy: string,
    private readonly nonce: string,
    private readonly headers: OutgoingHttpHeaders,
  ) {}

  /** From a response of Next.js; the nonce is a hole, too. */
  static of({ format, headers, body, tokens }: Source): SharedPage {
    const policy = headers.get("content-security-policy") ?? "";
    const [, nonce] = /'nonce-([^']+)'/.exec(policy) ?? [];
    if (nonce === undefined) throw new Error("a page without a nonce");
    const all = { ...tokens, nonce };
    return new SharedPage(
      Template.parse(body, all, format),
      Template.parse(headers.get("link") ?? "", { nonce }, "payload"),
      policy,
      nonce,
      {
        ...Object.fromEntries(COPIED_HEADERS.map((name) => [name, headers.get(name) ?? undefined])),
        vary: [headers.get("vary"), "Cookie"].filter(Boolean).join(", "),
      },
    );
  }

  /** For everyone without a session. Its inline scripts are allowed by their hashes: a nonce is used only once. */
  forAnyone(theme: string, encoding: Encoding): Content {
    const key = `${theme} ${encoding}`;
    const known = this.anonymous.get(key);
    if (known) return known;
    const body = this.template.fill({ theme, nonce: this.nonce });
    const policy = this.policy.replace(`'nonce-${this.nonce}'`, hashesOf(body, this.nonce).join(" "));
    const content = this.content(body, policy, "", encoding, SHARED_QUALITY);
    this.anonymous.set(key, content);
    return content;
  }

  /** For one user. */
  forUser({ id, email }: User, theme: string, encoding: Encoding): Content {
    const nonce = Buffer.from(randomUUID()).toString("base64");
    const body = this.template.fill({ id, email, theme, nonce });
    return this.content(body, this.policy.replace(this.nonce, nonce), nonce, encoding, PERSONAL_QUALITY);
  }

  private content(
    text: string,
    policy: string,
    nonce: string,
    encoding: Encoding,
    quality: Quality,
  ): Content {
    const body = compress(text, encoding, quality);
    const link = this.link.fill({ nonce });
    const headers: OutgoingHttpHeaders = {
      ...this.headers,
      "content-security-policy": policy,
      "content-length": body.length,
      ...(link && { link }),
      ...(encoding !== "identity" && { "content-encoding": encoding }),
    };
    return { headers, body };
  }
}

/** The sources that allow the inline scripts which Next.js wrote, those with its nonce, as they are. */
function hashesOf(html: string, nonce: string): string[] {
  const scripts = html.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g);
  return [...scripts]
    .filter(([, attributes = ""]) => attributes.includes(`nonce="${nonce}"`) && !/\ssrc=/.test(attributes))
    .map(([, , source = ""]) => `'sha256-${createHash("sha256").update(source).digest("base64")}'`);
}
