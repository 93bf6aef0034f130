/** Performers of a toy plan, one behaviour a kind, chosen so that every outcome of a step can be tested. */
import type { Artifact } from "../../src/plan/step.ts"
import type { Perform, Performers } from "../../src/run/work.ts"
import { StepError } from "../../src/run/work.ts"

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Sum of the inputs' values and of the own, after `wait` milliseconds; says `ending` how it ends. */
const sum: Perform = async (work) => {
  const {
    value = 0,
    wait = 0,
    ending = "ends",
    size = 4,
  } = work.options as { value?: number; wait?: number; ending?: string; size?: number }
  const inputs = work.inputs("from")
  for (let done = 0; done < wait; done += 10) {
    work.progress(done / wait, `waited ${done} ms`)
    await pause(10)
  }
  if (ending === "spins") for (;;);
  if (ending === "fails") throw new StepError("the loss is not a number in epoch 2", "lower the learning rate")
  if (ending === "throws") (undefined as unknown as { x: { y: number } }).x.y
  if (ending === "strays") {
    setTimeout(() => {
      throw new Error("thrown from a timer")
    }, 0)
    await pause(2000)
  }
  if (ending === "exits") process.exit(7)
  if (ending === "warns") work.warn("the router collapsed", "raise the temperature")
  const total = inputs.reduce((all, { json }) => all + (json as { total: number }).total, value)
  const data = Float32Array.from({ length: size }, (_, i) => total + i)
  return { json: { total }, arrays: size > 0 ? { values: { shape: [size], data } } : ({} as Artifact["arrays"]) }
}

export const performers: Performers = {
  dataset: sum,
  tokens: sum,
  blind: sum,
  truth: sum,
  memory: sum,
  module: sum,
  group: sum,
  port: sum,
  portability: sum,
  retrained: sum,
  imported: sum,
  shared: sum,
  course: sum,
  moment: sum,
  fisher: sum,
  compose: sum,
  features: sum,
  fit: sum,
  encode: sum,
  head: sum,
  write: sum,
  generate: sum,
  evaluate: sum,
  scores: sum,
  vocabulary: sum,
  pretrain: sum,
  read: sum,
  study: sum,
}
