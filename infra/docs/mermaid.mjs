/** Parses each Mermaid diagram of the given pages, as GitHub does. Prints those that are invalid, and then exits with 1. */

import { readFileSync } from "node:fs";

import { JSDOM } from "jsdom";

// Mermaid cleans labels by the DOM of a browser.
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

let diagrams = 0;
for (const page of process.argv.slice(2)) {
  const text = readFileSync(page, "utf8");
  for (const { 1: diagram, index } of text.matchAll(/^```mermaid\n(.*?)^```/gms)) {
    diagrams += 1;
    await mermaid.parse(diagram).catch((error) => {
      console.error(`${page}:${text.slice(0, index).split("\n").length}: ${error.message}`);
      process.exitCode = 1;
    });
  }
}
console.log(`${diagrams} Mermaid diagrams`);
