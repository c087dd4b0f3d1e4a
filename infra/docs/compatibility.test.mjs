import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { breakingEvent, breakingRoutes } from "./compatibility.mjs";

const read = (file) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"));

/** The breaking changes that `change` makes to the document of orders. */
function routesAfter(change) {
  const document = read("docs/api/orders.openapi.json");
  const changed = structuredClone(document);
  change(changed, changed.components.schemas);
  return breakingRoutes(document, changed);
}

function eventAfter(change) {
  const schema = read("common/contract/order.created.json");
  const changed = structuredClone(schema);
  change(changed);
  return breakingEvent(schema, changed);
}

const BREAKING_ROUTES = {
  "a route is removed": ({ paths }) => delete paths["/api/orders/sales"],
  "a method is removed": ({ paths }) => delete paths["/api/orders/{order_id}"].delete,
  "a field of a response is removed": (_, { OrderOut }) => {
    delete OrderOut.properties.userId;
    OrderOut.required = OrderOut.required.filter((name) => name !== "userId");
  },
  "an optional field of a response is removed": (_, { OrderOut }) => delete OrderOut.properties.reason,
  "a field of a response becomes optional": (_, { OrderOut }) => OrderOut.required.pop(),
  "a field of a response changes its type": (_, { OrderOut }) =>
    (OrderOut.properties.version.type = "string"),
  "a request needs a new field": (_, { OrderIn }) => {
    OrderIn.properties.seat = { type: "string" };
    OrderIn.required.push("seat");
  },
  "a parameter is required": ({ paths }) =>
    paths["/api/orders"].get.parameters.push({
      name: "q",
      in: "query",
      required: true,
      schema: { type: "string" },
    }),
  "an operation gets another id": ({ paths }) => (paths["/api/orders"].post.operationId = "reserve"),
  "the session's cookie is renamed": ({ components }) => (components.securitySchemes.session.name = "sid"),
  "a successful response is removed": ({ paths }) => delete paths["/api/orders"].post.responses["201"],
};

const HARMLESS_ROUTES = {
  "nothing changes": () => undefined,
  "a route is added": ({ paths }) => (paths["/api/orders/new"] = structuredClone(paths["/api/orders/sales"])),
  "a field of a response is added": (_, { OrderOut }) => (OrderOut.properties.seat = { type: "string" }),
  "an optional field of a request is added": (_, { OrderIn }) =>
    (OrderIn.properties.seat = { type: "string" }),
  "texts and examples change": ({ info, paths }) => {
    info.description = "Another text";
    paths["/api/orders"].post.description = "Another text";
    paths["/api/orders"].post.requestBody.content["application/json"].example = {};
  },
};

const BREAKING_EVENTS = {
  "a field is removed": ({ properties }) => delete properties.userId,
  "a nested field is removed": ({ $defs }) => delete $defs.HeldTicket.properties.price,
  "a field changes its type": ({ properties }) => (properties.version.type = "string"),
  "a field becomes optional": ({ required }) => required.pop(),
  "a new field is required": ({ properties, required }) => {
    properties.seat = { type: "string" };
    required.push("seat");
  },
  "an enum loses a value": ({ $defs }) => $defs.OrderStatus.enum.pop(),
};

const HARMLESS_EVENTS = {
  "nothing changes": () => undefined,
  "an optional field is added": ({ properties }) => (properties.seat = { type: "string", default: "" }),
  "an enum gets a value": ({ $defs }) => $defs.OrderStatus.enum.push("transferred"),
  "a text changes": (schema) => (schema.description = "Another text"),
};

for (const [name, change] of Object.entries(BREAKING_ROUTES))
  test(`clients break when ${name}`, () => assert.notDeepEqual(routesAfter(change), []));
for (const [name, change] of Object.entries(HARMLESS_ROUTES))
  test(`clients work when ${name}`, () => assert.deepEqual(routesAfter(change), []));
for (const [name, change] of Object.entries(BREAKING_EVENTS))
  test(`events break when ${name}`, () => assert.notDeepEqual(eventAfter(change), []));
for (const [name, change] of Object.entries(HARMLESS_EVENTS))
  test(`events work when ${name}`, () => assert.deepEqual(eventAfter(change), []));
