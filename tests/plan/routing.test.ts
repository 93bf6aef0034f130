import assert from "node:assert/strict"
import { test } from "node:test"
import { routingOf } from "../../src/plan/rows/routing.ts"
import { defineRouter, NoOptions, type Router, type Routing, zeros } from "../../src/plugin/index.ts"

const sound: Routing = { query: "block", level: "layer", granularity: "example", aggregate: "outputs" }
const frozen: Routing = { query: "frozen_mean", level: "model", granularity: "example", aggregate: "select" }
const routerWith = (routing: Routing, more: Partial<Router> = {}): Router =>
  ({
    ...defineRouter({
      name: "mine",
      summary: "a test",
      options: NoOptions,
      routing: () => routing,
      gates: (query) => query,
    }),
    ...more,
  }) as Router

test("sound routings pass as they are", () => {
  for (const routing of [
    sound,
    frozen,
    { ...sound, query: "site", level: "site", granularity: "token" },
    { ...frozen, query: "predictions" },
    { ...sound, query: "nothing" },
    { ...sound, query: "outputs", level: "site", granularity: "token" },
    { ...sound, query: "first_pass", level: "model", granularity: "token" },
    { ...sound, query: "embeddings", level: "model" },
  ] as const)
    assert.equal(routingOf(routerWith(routing), {}), routing)
})

const wrong: readonly (readonly [string, Router, RegExp])[] = [
  ["an unknown word", routerWith({ ...sound, level: "block" as never }), /its level is "block"/],
  ["null", routerWith(null as never), /its `routing` gives null/],
  ["nothing", routerWith(undefined as never), /its `routing` gives undefined/],
  ["a list", routerWith([] as never), /its `routing` gives a list of 0/],
  ["a field that is an object", routerWith({ ...sound, query: {} as never }), /its query is an object/],
  ["a missing word", routerWith({ ...sound, query: undefined as never }), /its query is undefined/],
  [
    "token gates from one state",
    routerWith({ ...frozen, aggregate: "outputs", granularity: "token" }),
    /a gate for each token/,
  ],
  ["sites above sites", routerWith({ ...sound, query: "site" }), /at each site, and its level is "layer"/],
  ["blocks for the model", routerWith({ ...sound, level: "model" }), /at each block, and its level is "model"/],
  [
    "a choice inside the network",
    routerWith({ ...sound, aggregate: "select" }),
    /selects one module before the network runs/,
  ],
  ["a choice for each block", routerWith({ ...frozen, level: "layer" }), /selects one module before the network runs/],
  ["a trained choice", routerWith(frozen, { parameters: () => ({ W: zeros([1]) }) }), /no gradient/],
  [
    "a mix by predictions",
    routerWith({ ...frozen, query: "predictions", aggregate: "outputs" }),
    /every module to have run alone/,
  ],
  [
    "statistics of what no backbone tells",
    routerWith({ ...sound, query: "draw" }, { statistics: () => ({}) }),
    /statistics of frozen features/,
  ],
  [
    "a loss of its own that it does not have",
    routerWith(frozen, { parameters: () => ({ W: zeros([1]) }), fit: () => ({ taskLoss: false }) }),
    /without the loss of the tasks, and it has no other/,
  ],
  [
    "all training examples through the backbone",
    routerWith(sound, { fit: () => ({ on: "train" }) }),
    /as features of the frozen backbone alone/,
  ],
  [
    "what is kept, anew at every stage",
    routerWith(sound, { fit: () => ({ keeps: ["W"] }) }),
    /every stage begins anew/,
  ],
  [
    "outputs weighed for the example",
    routerWith({ ...sound, query: "outputs" }),
    /it reads what the modules give at each site, for each token/,
  ],
]
for (const [name, router, message] of wrong)
  test(`refused: ${name}`, () =>
    assert.throws(() => routingOf(router, {}), { name: "PluginError", message, help: /./ }))
