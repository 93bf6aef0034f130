/** Orders of tasks in the plan: which there are, what they share, and what is made for each. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Order, Span, Stream } from "../../dsl/index.ts"
import { check } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { PlanError } from "../../src/plan/chosen.ts"
import { needed } from "../../src/plan/drawing/step_graph.ts"
import { ordersOf } from "../../src/plan/orders.ts"
import { makePlan } from "../../src/plan/plan.ts"
import { truth } from "../../src/run/steps/mixed.ts"
import type { Work } from "../../src/run/work.ts"

const span: Span = { file: "f", start: 0, end: 0 }
const streamOf = (...orders: readonly Omit<Order, "span" | "name">[]): Stream => ({
  name: "s",
  tasks: [],
  scenario: "class_incremental",
  orders: orders.map((order) => ({ name: order.kind, ...order, span })),
  span,
})
const shuffles = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ kind: "shuffled" as const, number: i + 1 }))
const places = (stream: Stream, tasks: readonly string[]) =>
  ordersOf(stream, tasks).map((order) => order.places.join(""))

test("written, reversed, listed", () => {
  const stream = streamOf({ kind: "written" }, { kind: "reversed" }, { kind: "listed", tasks: ["c", "a", "b"] })
  assert.deepEqual(places(stream, ["a", "b", "c"]), ["012", "210", "201"])
})

test("shuffled orders are different ones, neither written nor reversed, and more of them change none", () => {
  const four = places(streamOf(...shuffles(4)), ["a", "b", "c"])
  assert.deepEqual([...four].sort(), ["021", "102", "120", "201"])
  const tasks = "abcdefg".split("")
  const many = places(streamOf(...shuffles(40)), tasks)
  assert.equal(new Set(many).size, 40)
  assert.ok(!many.includes("0123456") && !many.includes("6543210"))
  assert.deepEqual(many.slice(0, 3), places(streamOf(...shuffles(3)), tasks))
})

test("orders that a stream does not have are refused", () => {
  const refused = (stream: Stream, tasks: readonly string[]) => {
    try {
      ordersOf(stream, tasks)
    } catch (error) {
      assert.ok(error instanceof PlanError)
      return error.message
    }
    return assert.fail("not refused")
  }
  assert.match(refused(streamOf(...shuffles(5)), ["a", "b", "c"]), /fewer than 5 shuffled orders/)
  assert.match(refused(streamOf(...shuffles(1)), ["a", "b"]), /fewer than 1 shuffled orders/)
  assert.match(refused(streamOf({ kind: "listed", tasks: ["a"] }), ["a", "b"]), /lacks the task "b"/)
  assert.match(refused(streamOf({ kind: "listed", tasks: ["a", "x", "b"] }), ["a", "b"]), /no task "x"/)
})

const place = fileURLToPath(new URL("../cli/tiny/", import.meta.url))
const planOf = async (orders: string) => {
  const text = `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen], orders: ${orders} }
memory few = random { per_class: 2 }
adapter low_rank = lora { rank: sweep [1, 2], targets: [query] }
train brief { epochs: 1, batch: 4 }
router learnt = l2r { memory: few, epochs: 1 }
router nearest = similarity { memory: few, statistics: memory }
experiment e { on: encoder, stream: both, adapters: low_rank, train: brief, routers: [learnt, nearest], bounds: [oracle, sequential], seeds: 1..2 }
`
  const { spec } = check(text, { file: "f", vocabulary: shipped as unknown as Vocabulary })
  const plan = await makePlan(spec!, { directory: place, processor: "p" })
  const steps = needed(plan)
  const keys = (kind: string) => steps.filter((step) => step.kind === kind).map(({ key }) => key)
  return { plan, steps, keys }
}

test("modules, their views of the test set, memories and features serve every order; fits do not", async () => {
  const [one, two] = [await planOf("written"), await planOf("[written, reversed]")]
  for (const kind of ["dataset", "tokens", "memory", "module", "features"])
    assert.deepEqual(two.keys(kind), one.keys(kind), kind)
  assert.equal(one.keys("module").length, 8)
  const alone = ({ steps }: typeof one) =>
    steps.filter(({ kind, options }) => kind === "encode" && (options as { what: string }).what === "module")
  assert.deepEqual(
    alone(two).map(({ key }) => key),
    alone(one).map(({ key }) => key),
  )
  assert.ok(one.keys("fit").every((key) => two.keys("fit").includes(key)))
  assert.equal(two.keys("scores").length, 2 * one.keys("scores").length)
  assert.equal(two.keys("blind").length, 2)
  assert.deepEqual(
    two.plan.cells.map(({ adapter, order, stream }) => [adapter, order, ...stream.tasks].join(" ")),
    [
      "low_rank[rank=1] written weather kitchen",
      "low_rank[rank=2] written weather kitchen",
      "low_rank[rank=1] reversed kitchen weather",
      "low_rank[rank=2] reversed kitchen weather",
    ],
  )
})

test("a step knows its inputs in the order of the tasks", async () => {
  const { steps, plan } = await planOf("[written, reversed]")
  const modules = (row: string, order: string) => {
    const cell = plan.cells.find((each) => each.adapter === "low_rank[rank=1]" && each.order === order)!
    const evaluation = cell.rows.find(({ name, seed }) => name === row && seed === 1)!.stages.at(-1)!.evaluation
    return steps.find(({ key }) => key === evaluation)!.inputs.modules as readonly string[]
  }
  assert.deepEqual(modules("learnt", "reversed"), [...modules("learnt", "written")].reverse())
  assert.deepEqual(modules("oracle", "reversed"), [...modules("oracle", "written")].reverse())
})

test("the mixed test set has the same texts in every order; tasks and classes are counted in the order", async () => {
  const tasks = [
    { name: "a", labels: ["x", "y"], test: ["x", "y", "x"].map((label, i) => ({ label, text: `a${i}` })) },
    { name: "b", labels: ["z"], test: ["z", "z"].map((label, i) => ({ label, text: `b${i}` })) },
    { name: "c", labels: ["u", "v"], test: ["v"].map((label, i) => ({ label, text: `c${i}` })) },
  ]
  const work = (options: object) =>
    ({ options, inputs: () => tasks.map((json) => ({ json, arrays: {} })) }) as unknown as Work
  const of = async (options: object) => {
    const { json, arrays } = await truth(work(options))
    const {
      tasks: names,
      classes,
      ids,
    } = json as { tasks: string[]; classes: { task: number; label: string }[]; ids: string[] }
    const [task, own] = [arrays.task.data, arrays.class.data]
    return {
      names,
      ids,
      said: Array.from(task, (t, i) => `${names[t]} ${classes[own[i]].label} ${names[classes[own[i]].task]}`),
    }
  }
  const [written, turned] = [await of({}), await of({ places: [2, 0, 1] })]
  assert.deepEqual(turned.names, ["c", "a", "b"])
  assert.deepEqual(turned.ids, written.ids)
  assert.deepEqual(turned.said, written.said)
})
