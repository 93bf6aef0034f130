/** The kit finds what is wrong with broken plugins: each of its checks can fail. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  type Adapter,
  add,
  constant,
  defineAdapter,
  defineRouter,
  defineTransfer,
  dropout,
  type Initial,
  kaiming,
  matmul,
  mean,
  mul,
  NoOptions,
  normal,
  pool,
  type Role,
  type Routing,
  type Site,
  scale,
  sigmoid,
  softmax,
  stopGradient,
  sum,
  type Tensor,
  uniform,
  withRows,
  zeros,
} from "../../src/plugin/index.ts"
import { adapterChecks } from "../../src/testing/adapter.ts"
import type { Check } from "../../src/testing/check.ts"
import { routerChecks } from "../../src/testing/router.ts"
import { transferChecks } from "../../src/testing/transfer.ts"

/** The checks whose names begin so must fail. */
const finds = (what: string, checks: readonly Check[], ...expected: readonly string[]): void => {
  test(`found: ${what}`, async () => {
    for (const beginning of expected) {
      const check = checks.find(({ name }) => name.startsWith(beginning))
      assert.ok(check && !check.skip, `there is no check "${beginning}"`)
      await assert.rejects(check.run, `"${beginning}" passed`)
    }
  })
}

const lora = {
  name: "broken",
  summary: "a low-rank update with a fault",
  options: NoOptions,
  sites: (): readonly Role[] => ["query", "value"],
  parameters: (site: Site): { readonly A: Initial; readonly B: Initial } => ({
    A: kaiming([site.in, 2]),
    B: zeros([2, site.out]),
  }),
  forward: (x: Tensor, y: Tensor, { A, B }: { readonly A: Tensor; readonly B: Tensor }) =>
    add(y, matmul(matmul(x, A), B)),
}

const sound: Adapter = defineAdapter({ ...lora, factors: ({ A, B }) => ({ A, B, scale: 1 }) })

finds("an adapter without a site", adapterChecks({ ...sound, sites: () => [] }), "attaches")
finds(
  "an adapter that changes the network from the start",
  adapterChecks({ ...sound, parameters: (site: Site) => ({ A: kaiming([site.in, 2]), B: normal([2, site.out], 1) }) }),
  "a fresh module",
)
finds(
  "factors that are not the forward pass",
  adapterChecks(defineAdapter({ ...lora, factors: ({ A, B }) => ({ A, B, scale: 2 }) })),
  "a gate of one",
  "fused factors",
)
finds(
  "an adapter that drops out while it is evaluated",
  adapterChecks(
    defineAdapter({
      ...lora,
      forward: (x, y, { A, B }) => add(y, matmul(matmul(dropout(x, 0.5, { training: true }, "always"), A), B)),
    }),
  ),
  "there is noise",
)
finds(
  "a gradient that is cut off",
  adapterChecks(defineAdapter({ ...lora, forward: (x, y, { A, B }) => add(y, matmul(matmul(x, stopGradient(A)), B)) })),
  "gradients",
)
finds(
  "an adapter that ignores its parameters",
  adapterChecks(defineAdapter({ ...lora, forward: (_x, y, { A, B }) => add(y, scale(sum(matmul(A, B)), 0)) })),
  "a text alone",
)
finds(
  "an adapter that reads the other texts of the batch",
  adapterChecks(
    defineAdapter({
      ...lora,
      forward: (x, y, { A, B }) => add(y, mul(matmul(matmul(x, A), B), mean(withRows(y, undefined)))),
    }),
  ),
  "a text alone",
)

const routing =
  (more: Partial<Routing> = {}) =>
  (): Routing => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs", ...more })
const linear = {
  name: "broken",
  summary: "a linear router with a fault",
  options: NoOptions,
  routing: routing(),
  parameters: ({ width, modules }: { readonly width: number; readonly modules: number }) => ({
    W: zeros([width, modules]),
    b: zeros([modules]),
  }),
  gates: (h: Tensor, { W, b }: Readonly<Record<string, Tensor>>) => softmax(add(matmul(pool("mean", h), W), b)),
}
/** The mean of all tokens of the batch: what MoCL's batch-mean weights do. */
const ofTheBatch = (h: Tensor): Tensor => mean(withRows(h, undefined), 0)

finds(
  "gates that are the mean of the batch",
  routerChecks(
    defineRouter({
      ...linear,
      gates: (h, { W, b }) => add(softmax(add(matmul(ofTheBatch(h), W), b)), scale(pool("mean", sum(h, -1, true)), 0)),
    }),
  ),
  "gates and predictions do not change with the other texts",
)
finds(
  "gates that grow with the padding",
  routerChecks(
    defineRouter({
      ...linear,
      gates: (h, { W, b }) => softmax(mul(add(matmul(pool("mean", h), W), b), mean(h.rows!.layout.mask))),
    }),
  ),
  "gates and predictions do not change with the other texts",
)
finds(
  "a router that prefers a place in the library",
  routerChecks(
    defineRouter({
      ...linear,
      parameters: undefined,
      gates: (h, _p, _options, { modules }) =>
        softmax(
          add(
            matmul(
              pool("mean", h),
              constant(Array.from({ length: 8 }, () => Array.from({ length: modules }, (_, m) => m))),
            ),
            0,
          ),
        ),
    }),
  ),
  "modules in another order",
)
finds(
  "a gradient that is not that of the gates",
  routerChecks(
    defineRouter({ ...linear, gates: (h, { W, b }) => softmax(add(matmul(pool("mean", h), stopGradient(W)), b)) }),
  ),
  "gradients",
)
finds(
  "gates that are not finite",
  routerChecks(
    defineRouter({
      ...linear,
      gates: (h, { W, b }) => scale(sigmoid(add(matmul(pool("mean", h), W), b)), Number.POSITIVE_INFINITY),
    }),
  ),
  "a gate for each module",
)
finds(
  "one gate for all modules",
  routerChecks(defineRouter({ ...linear, gates: (h, { b }) => add(pool("mean", sum(h, -1, true)), scale(sum(b), 0)) })),
  "a gate for each module",
)
finds(
  "a router that does not learn",
  routerChecks(
    defineRouter({ ...linear, gates: (h, { W, b }) => softmax(stopGradient(add(matmul(pool("mean", h), W), b))) }),
  ),
  "training changes",
)
finds(
  "noise while it is evaluated",
  routerChecks(
    defineRouter({
      ...linear,
      gates: (h, { W, b }) => softmax(add(add(matmul(pool("mean", h), W), b), uniform("u", b.shape))),
    }),
  ),
  "a gate for each module",
)
finds(
  "token gates from a query that has no tokens",
  routerChecks(defineRouter({ ...linear, routing: routing({ query: "frozen_mean", granularity: "token" }) })),
  "what it declares",
)
finds(
  "a selecting router that reads states",
  routerChecks(defineRouter({ ...linear, routing: routing({ aggregate: "select" }) })),
  "what it declares",
  "a gate for each module",
)
finds(
  "a composing router that reads predictions",
  routerChecks(defineRouter({ ...linear, routing: routing({ query: "predictions", level: "model" }) })),
  "what it declares",
)
finds(
  "a router that throws where it should say why",
  routerChecks(
    defineRouter({
      ...linear,
      parameters: undefined,
      prepare: ({ factors }) => (factors.some((one) => one.length === 0) ? {} : {}),
      gates: (h, p) => softmax(matmul(pool("mean", h), p.P)),
    }),
  ),
  "serves libraries",
)

test("the linear router and the low-rank adapter without a fault pass everything", async () => {
  for (const { run } of [...routerChecks(defineRouter(linear)), ...adapterChecks(sound)]) await run()
})

const carries = {
  name: "broken",
  summary: "a transfer with a fault",
  options: NoOptions,
  layers: (_source: number, target: number) => Array.from({ length: target }, (_, l) => [l]),
}

finds(
  "a transfer whose blocks the source does not have",
  transferChecks(defineTransfer(carries)),
  "blocks of the source",
)
finds(
  "a transfer that turns features around",
  transferChecks(
    defineTransfer({
      ...carries,
      layers: (_source, target) => Array.from({ length: target }, () => [0]),
      texts: () => 5,
      features: (_source, { shape: [, width] }) => Array.from({ length: width }, (_, i) => width - 1 - i),
    }),
  ),
  "onto the backbone that it comes from",
  "a planted order",
)
finds(
  "an adapter that says of an axis what it does not count",
  adapterChecks(defineAdapter({ ...lora, axes: () => ({ A: ["own", "x"], B: ["own", "y"] }) })),
  "the axes of its parameters",
)
