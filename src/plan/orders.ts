/**
 * Orders of a stream's tasks. A module is trained apart from all others, so every order uses the same modules, and the
 * mixed test set stays as it is; what is fitted over the stream, and a memory that looks at the order, is made for each.
 */
import type { Order, Stream } from "../../dsl/spec.ts"
import { randomStream } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import { PlanError } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import type { PlannedModules } from "./rows/cell.ts"
import type { PlannedStream } from "./stream.ts"

export interface PlannedOrder {
  readonly name: string
  /** Positions in the written order. */
  readonly places: readonly number[]
}

/** Draws in a row that bring nothing new before a stream counts as too short. */
const PATIENCE = 10_000

/** Throws PlanError where the stream has other tasks than an order, or too few for so many. */
export const ordersOf = (stream: Stream, tasks: readonly string[]): readonly PlannedOrder[] =>
  stream.orders.map((order) => ({ name: order.name, places: placesOf(order, tasks) }))

const placesOf = (order: Order, tasks: readonly string[]): readonly number[] => {
  const written = tasks.map((_, i) => i)
  switch (order.kind) {
    case "written":
      return written
    case "reversed":
      return written.reverse()
    case "shuffled":
      return shuffled(order, written)
    case "listed":
      return listed(order, tasks)
  }
}

/**
 * The shuffled order number n is the n-th that is drawn and is neither the written one, nor its reverse, nor one that was
 * drawn before. The draws come from the stream "order" of seed 0: every seed of an experiment sees the same orders.
 */
const shuffled = ({ number = 1, span }: Order, written: readonly number[]): readonly number[] => {
  const random = randomStream(0, "order")
  const seen = new Set([written.join(), [...written].reverse().join()])
  for (let found = 0, tries = 0; tries < PATIENCE; ) {
    const places = random.shuffle(written)
    const fresh = !seen.has(places.join())
    seen.add(places.join())
    tries = fresh ? 0 : tries + 1
    if (fresh && ++found === number) return places
  }
  throw new PlanError(
    `${written.length} tasks have fewer than ${number} shuffled orders`,
    "ask for fewer: `shuffled(n)` counts those that are neither `written` nor `reversed`",
    span,
  )
}

const listed = ({ tasks: names = [], span }: Order, tasks: readonly string[]): readonly number[] => {
  const lacking = tasks.filter((task) => !names.includes(task))
  const unknown = names.filter((name) => !tasks.includes(name))
  if (lacking.length === 0 && unknown.length === 0) return names.map((name) => tasks.indexOf(name))
  throw new PlanError(
    unknown.length > 0 ? `the stream has no task "${unknown[0]}"` : `the order lacks the task "${lacking[0]}"`,
    `an order names every task of the stream once: ${tasks.join(", ")}`,
    span,
  )
}

const isWritten = (places: readonly number[]): boolean => places.every((place, i) => place === i)

/** The stream with its tasks in another order. */
export const streamInOrder = (builder: StepBuilder, stream: PlannedStream, { places }: PlannedOrder): PlannedStream => {
  if (isWritten(places)) return stream
  const turned = <A>(all: readonly A[]): readonly A[] => places.map((place) => all[place])
  const step = (kind: "blind" | "truth", label: string, inputs: Readonly<Record<string, readonly string[]>>) =>
    builder.add({
      kind,
      label,
      options: { places, ...(kind === "truth" && answers ? { head: "text" } : {}) },
      inputs,
      seconds: seconds.mixed,
      bytes: 3e5,
    })
  const { scenario, sequence, answers, ahead, backbone, code, texts, notices } = stream
  return {
    scenario,
    ...(sequence ? { sequence } : {}),
    ...(answers ? { answers } : {}),
    ...(ahead ? { ahead } : {}),
    backbone,
    code,
    texts,
    notices,
    tasks: turned(stream.tasks),
    datasets: turned(stream.datasets),
    tokens: turned(stream.tokens),
    blind: step("blind", "mixed test set in another order of tasks", { tokens: stream.tokens }),
    truth: step("truth", `tasks and ${answers ? "answers" : "labels"} of the test set in another order of tasks`, {
      dataset: stream.datasets,
    }),
    get trainFeatures() {
      return turned(stream.trainFeatures)
    },
    get testFeatures() {
      return stream.testFeatures
    },
  }
}

/** The same modules for another order. */
export const modulesInOrder = (modules: PlannedModules, { name, places }: PlannedOrder): PlannedModules => {
  if (isWritten(places)) return modules
  if (modules.dependsOnOrder) throw new Error("modules that depend on the order are planned for each")
  const { seed, code, only } = modules
  return {
    seed,
    code,
    ...(only ? { only } : {}),
    name: `${modules.name} · ${name}`,
    adapters: places.map((place) => modules.adapters[place]),
    at: (stage) => {
      const whole = modules.at(places.length - 1)
      const turned = (all: readonly string[]) => places.slice(0, stage + 1).map((place) => all[place])
      return {
        modules: turned(whole.modules),
        names: turned(whole.names),
        get encoded() {
          return turned(whole.encoded)
        },
      }
    },
  }
}
