/** The forward pass of an imported network: its steps, one after the other. */
import type { Tensor, Trace } from "../../../src/plugin/index.ts"
import { located } from "./evaluate.ts"
import type { Network } from "./graph.ts"
import { rules } from "./nodes.ts"
import { tokensOf, type Value } from "./values.ts"

/** States of the last layer, [length, width] with rows of tokens. */
export const forward = (trace: Trace, { steps, marks, output }: Network): Tensor => {
  const values = new Map<string, Value>()
  const valueOf = (name: string): Value => {
    if (name.startsWith("@")) {
      const tensor = trace.weight(name.slice(1))
      return { tensor, shape: tensor.shape }
    }
    return values.get(name) as Value
  }
  for (const step of steps) {
    const tensor = located({ op: step.op, name: step.node }, () =>
      rules[step.op](step.inputs.map(valueOf), { step, trace }),
    )
    values.set(step.output, marked({ tensor, shape: step.shape }, step.output))
  }
  return tokensOf(valueOf(output), trace)

  function marked(value: Value, name: string): Value {
    const mark = marks[name]
    if (!mark) return value
    let state = tokensOf(value, trace)
    for (const [site, from] of mark.spans) state = trace.span(site, tokensOf(valueOf(from), trace), state)
    if (mark.block !== undefined) state = trace.block(mark.block, state)
    return { tensor: state, shape: value.shape }
  }
}
