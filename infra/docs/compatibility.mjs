/** What would break a client, or a service of another release, between two versions of a document. */

import { apiDiff } from "api-smart-diff";

/** Changes of an OpenAPI document that break clients of the older one, as text, each once. */
export function breakingRoutes(older, newer) {
  const changes = apiDiff(older, newer);
  const ofRoutes = changes.filter(({ path }) => path[0] === "paths");
  const breaks = (change) =>
    change.type === "breaking" || isTypeChange(change) || losesField(change) || losesName(change);
  return describe([...ofRoutes.filter(breaks), ...changes.filter(losesSession)]);
}

/**
 * Changes of an event's JSON schema that one of two releases could not read: they run side by side during a rollout, so
 * each reads what the other publishes. A new enum value is none: its readers wait for their own update.
 */
export function breakingEvent(older, newer) {
  const changes = apiDiff(older, newer).filter(({ type }) => type !== "annotation");
  const isNewValue = ({ action, path }) => action === "add" && path.includes("enum");
  const breaks = (change) => change.type === "breaking" || change.action === "remove" || isTypeChange(change);
  return describe(changes.filter((change) => breaks(change) && !isNewValue(change)));
}

/** In a response, where the classification is that of a request reversed, a changed type would count as harmless. */
function isTypeChange({ action, path }) {
  return action === "replace" && path.at(-1) === "type";
}

/** Also an optional one: somebody may read it. */
function losesField({ action, path }) {
  return action === "remove" && path.at(-2) === "properties";
}

/** Generated clients name their methods after the operation's id. */
function losesName({ action, path }) {
  return action !== "add" && path.at(-1) === "operationId";
}

/** Routes name a security scheme but do not refer to it, so its changes do not show in theirs. */
function losesSession({ action, path, type }) {
  return action !== "add" && type !== "annotation" && path[1] === "securitySchemes";
}

function describe(changes) {
  return [...new Set(changes.map(({ action, path }) => `${action} ${path.join(" › ")}`))].sort();
}
