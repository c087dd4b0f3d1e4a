import { expect, test } from "vitest";

import { Template } from "./template";

const TOKENS = { email: "0123456789abcdef", nonce: "b+9u/2U=" };
const EMAIL = `$o'"<b>&\\@example.com`;

/** As React and Next.js write it: in the HTML, and as a property of a client component. */
function page(email: string): string {
  const payload = JSON.stringify({ email });
  return `<p title="${email}">${email}</p><script nonce="b+9u/2U=">push([1,${JSON.stringify(payload)}])</script><i>${email}</i>`;
}

test("a value is escaped as its place requires", () => {
  const html = Template.parse(page(TOKENS.email), TOKENS, "html").fill({ email: EMAIL, nonce: "once" });
  const escaped = "$o&#39;&#34;&#60;b&#62;&#38;\\@example.com";
  expect(html).toContain(`<p title="${escaped}">${escaped}</p><script nonce="once">`);
  expect(html).toContain(`</script><i>${escaped}</i>`);
  const [, argument = ""] = /push\(\[1,(.*)\]\)/.exec(html) ?? [];
  expect(argument).not.toMatch(/[<>&]/);
  expect(JSON.parse(JSON.parse(argument))).toEqual({ email: `$${EMAIL}` }); // React reads $$ as $
});

test("a value in a payload is quoted once", () => {
  const payload = Template.parse(JSON.stringify({ email: TOKENS.email }), TOKENS, "payload");
  expect(JSON.parse(payload.fill({ email: `a"b\\c@example.com` }))).toEqual({ email: `a"b\\c@example.com` });
});

test("text without holes is unchanged", () => {
  expect(Template.parse("<p>$1</p>", TOKENS, "html").fill({})).toBe("<p>$1</p>");
});

test("a divided token is refused", () => {
  const divided = "<p>0123456789abcdef</p><script>01234</script><script>56789abcdef</script>";
  expect(() => Template.parse(divided, TOKENS, "html")).toThrow("divided");
});
