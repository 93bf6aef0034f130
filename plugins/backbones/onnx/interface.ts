/** The inputs and the output of an exported graph. */
import { DataError } from "../../../src/plugin/index.ts"
import type { Network } from "./graph.ts"
import type { OnnxFile } from "./read.ts"
import { FEEDS, type Feed } from "./samples.ts"
import { rowAxes } from "./values.ts"

/** What each input is. Throws DataError: an input that is not known, or a batch that is fixed. */
export const feedsOf = ({ inputs }: OnnxFile, location: string): ReadonlyMap<string, Feed> => {
  const unknown = inputs.filter(({ name }) => !FEEDS[name])
  if (unknown.length > 0 || !inputs.some(({ name }) => name === "input_ids"))
    throw new DataError(
      `the graph of "${location}" reads ${inputs.map(({ name }) => name).join(", ")}`,
      `a text is fed as ${Object.keys(FEEDS).join(", ")}: export the encoder alone, without cache, images or decoder`,
    )
  for (const { name, shape } of inputs)
    if (shape.length !== 2 || shape.some((dim) => typeof dim === "number"))
      throw new DataError(
        `the input ${name} of "${location}" has the shape [${shape.join(", ")}]`,
        "export the model with a dynamic batch and a dynamic length (dynamic_shapes, dynamic_axes)",
      )
  return new Map(inputs.map(({ name }) => [name, FEEDS[name]]))
}

/** The output with the states of the last layer; the only one, where there is but one. Throws DataError. */
export const outputOf = ({ outputs }: OnnxFile, wanted: string, location: string): string => {
  if (outputs.includes(wanted)) return wanted
  if (outputs.length === 1 && wanted === "last_hidden_state") {
    if (outputs[0] === "logits")
      throw new DataError(
        `the graph of "${location}" has a head: its only output is "logits"`,
        "export the model without it, for the task feature-extraction; or write `output: logits` to take these for states",
      )
    return outputs[0]
  }
  throw new DataError(
    `the graph of "${location}" has no output "${wanted}"; it has ${outputs.join(", ")}`,
    "name the one that holds the states of the last layer: output: NAME",
  )
}

/** Throws DataError where the output is none of each token. */
export const checkStates = ({ steps, output }: Network, location: string): void => {
  const { shape = [] } = steps.find((step) => step.output === output) ?? {}
  if (rowAxes(shape) === 0)
    throw new DataError(
      `the output of the graph of "${location}" is [${shape.join(", ")}]: no state of each token`,
      "export the model without its head, for the task feature-extraction, or name the output that holds the states of the last layer: output: NAME",
    )
}
