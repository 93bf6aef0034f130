/**
 * Partial evaluation of a graph: every value is either known (constants, and what shapes, positions and masks give) or
 * depends on the texts through the weights. Nothing is computed before it is asked for.
 */
import { DataError } from "../../../src/plugin/index.ts"
import { computed } from "./kernels/index.ts"
import { shapePart } from "./kernels/movement.ts"
import { countOf, type Numbers, numbers, same } from "./numbers.ts"
import type { Node, OnnxFile } from "./read.ts"
import { type Feed, fed, SAMPLES, type Sample } from "./samples.ts"
import { shapesOf } from "./shapes.ts"

/** A value that can be computed for any sample. */
export interface Known {
  /** It does not depend on any input. */
  readonly fixed: boolean
  readonly at: (sample: Sample) => Numbers
}

export interface Evaluated {
  readonly known: Map<string, Known>
  /** Shapes of values that are not known. */
  readonly shapes: Map<string, (sample: Sample) => readonly number[]>
  /** Which node makes a value that is not known. */
  readonly makers: ReadonlyMap<string, Node>
  readonly shapeAt: (value: string, sample: Sample) => readonly number[]
}

/** `feeds`: what each input of the file is. */
export const evaluated = (file: OnnxFile, feeds: ReadonlyMap<string, Feed>, pad: number): Evaluated => {
  const known = new Map<string, Known>()
  const makers = new Map<string, Node>()
  const shapes = new Map<string, (sample: Sample) => readonly number[]>()
  for (const [name, constant] of file.constants) known.set(name, { fixed: true, at: constant.read })
  for (const [name, feed] of feeds) known.set(name, { fixed: false, at: perSample((sample) => fed(feed, sample, pad)) })

  const shapeAt = (value: string, sample: Sample): readonly number[] => {
    const constant = file.constants.get(value)
    if (constant) return constant.shape
    const one = known.get(value)
    if (one) return one.at(sample).shape
    const rule = shapes.get(value)
    if (!rule) throw new DataError(`the graph reads "${value}", which nothing gives`, "export the model once more")
    return rule(sample)
  }

  for (const node of file.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : known.get(name)))
    const all = node.inputs.every((name, i) => name === "" || inputs[i])
    const outputsAt = (at: (sample: Sample) => readonly Numbers[], fixed: boolean) => {
      const results = fixed ? once(at) : perSample(at)
      node.outputs.forEach((name, i) => known.set(name, { fixed, at: (sample) => results(sample)[i] }))
    }
    if (node.op === "Constant") outputsAt(() => [constantIn(node)], true)
    else if (node.op === "Shape" && !all)
      outputsAt((sample) => [shapePart(node, shapeAt(node.inputs[0], sample))], false)
    else if (node.op === "Size" && !all)
      outputsAt((sample) => [numbers("int", [], [countOf(shapeAt(node.inputs[0], sample))])], false)
    else if (all && !embeds(node, known))
      outputsAt(
        (sample) =>
          located(node, () =>
            computed(node.op, {
              inputs: inputs.map((one) => one?.at(sample)),
              attributes: node.attributes,
              outputs: node.outputs.length,
            }),
          ),
        inputs.every((one) => one === undefined || one.fixed),
      )
    else {
      const results = perSample((sample) =>
        located(node, () =>
          shapesOf(
            node,
            node.inputs.map((name) => (name === "" ? [] : shapeAt(name, sample))),
            inputs.map((one, i) => (i > 0 ? one?.at(sample) : undefined)),
          ),
        ),
      )
      node.outputs.forEach((name, i) => {
        makers.set(name, node)
        shapes.set(name, (sample) => results(sample)[i])
      })
    }
  }
  return { known, shapes, makers, shapeAt }
}

/** A row of a table for each token: what the texts are made of enters here. */
const embeds = ({ op, inputs }: Node, known: ReadonlyMap<string, Known>): boolean => {
  if (op !== "Gather") return false
  const [table, indices] = inputs.map((name) => known.get(name))
  if (!table?.fixed || !indices || indices.fixed) return false
  const ids = known.get("input_ids") as Known
  return SAMPLES.every((sample) => same(indices.at(sample), ids.at(sample)))
}

const constantIn = ({ attributes, name }: Node): Numbers => {
  const { value, value_int, value_ints, value_float, value_floats } = attributes
  if (typeof value === "object" && "dtype" in value) return value
  for (const [one, dtype] of [
    [value_int, "int"],
    [value_ints, "int"],
    [value_float, "float"],
    [value_floats, "float"],
  ] as const) {
    if (typeof one === "number") return numbers(dtype, [], [one])
    if (Array.isArray(one)) return numbers(dtype, [one.length], one)
  }
  throw new DataError(`the constant ${name} is neither numbers nor whole numbers`, "export the model once more")
}

const once = <A>(make: (sample: Sample) => A): ((sample: Sample) => A) => {
  let made: { readonly value: A } | undefined
  return (sample) => {
    made ??= { value: make(sample) }
    return made.value
  }
}

const perSample = <A>(make: (sample: Sample) => A): ((sample: Sample) => A) => {
  const made = new Map<Sample, A>()
  return (sample) => {
    const known = made.get(sample)
    if (known !== undefined) return known
    const value = make(sample)
    made.set(sample, value)
    return value
  }
}

/** Problems with a node say which one it is. */
export const located = <A>({ op, name }: Pick<Node, "op" | "name">, make: () => A): A => {
  try {
    return make()
  } catch (error) {
    if (error instanceof DataError || !(error instanceof Error)) throw error
    throw new DataError(`the node ${name} (${op}) cannot be imported: ${error.message}`, UNKNOWN_HELP)
  }
}

export const UNKNOWN_HELP =
  "export the model with PyTorch's or optimum's exporter in float32, without quantisation and control flow, or give its config.json and model.safetensors to the backbone of its family"
