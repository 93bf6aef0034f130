/**
 * Any encoder or decoder as an exported graph: an `.onnx` file of PyTorch's or optimum's exporter becomes symbolic tensors.
 * Linear layers, norms, activations, rotary positions and attention are recognised by what they compute, so that gradients
 * are cheap, nothing is computed for padding, and adapters attach under the names that they have on every family.
 */
import {
  type Checkpoint,
  checkCharsmap,
  checkFinite,
  DataError,
  defineBackbone,
  encoderOptions,
  optional,
  type Place,
  readJson,
  Schema,
  type Tensor,
  type Trace,
  tokenize,
  vocabularyIn,
  words,
} from "../../../src/plugin/index.ts"
import { UNKNOWN_HELP } from "./evaluate.ts"
import { fold } from "./fold.ts"
import { modelAt } from "./from_hub.ts"
import type { Network } from "./graph.ts"
import { checkStates, feedsOf, outputOf } from "./interface.ts"
import { digestOf, hintsIn } from "./place.ts"
import { readOnnx } from "./read.ts"
import { calledSites } from "./rehearsal.ts"
import { forward } from "./run.ts"

interface Options {
  readonly max_tokens: number
  readonly pooling: string
  readonly output: string
  readonly revision?: string
}

const load = async (location: string, options: Options, place: Place): Promise<Checkpoint> => {
  const files = await modelAt(location, options, place)
  const file = readOnnx(files.file)
  const { pad, positions } = hintsIn(files)
  const tokenizer = readJson(files.tokenizer)
  checkCharsmap(tokenizer, location)
  const settings = {
    feeds: feedsOf(file, location),
    output: outputOf(file, options.output, location),
    pad,
    maxTokens: Math.min(options.max_tokens, positions),
  }
  const { network, weights, longest, width, vocabulary, layers, sites } = imported(location, () => {
    const folded = fold(file, settings)
    checkStates(folded.network, location)
    return { ...folded, sites: calledSites(folded.network, folded.weights, folded.sites) }
  })
  for (const [name, { data }] of Object.entries(weights))
    if (data instanceof Float32Array) checkFinite(data, name, location)
  const largest = vocabularyIn(tokenizer)?.largestId
  if (largest === undefined || largest >= vocabulary)
    throw new DataError(
      largest === undefined
        ? `tokenizer.json of "${location}" holds no vocabulary`
        : `the tokenizer of "${location}" has ids up to ${largest}, the weights embed ${vocabulary} tokens: they do not belong together`,
      "take tokenizer.json and the .onnx file from the same model",
    )
  return {
    config: { model_type: "onnx", graph: JSON.stringify(network), pooling: options.pooling },
    weights,
    width,
    layers,
    sites,
    maxTokens: longest,
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    tokenizer,
    digest: digestOf(files, file.external),
  }
}

/** What no node can be blamed for is said of the whole graph. */
const imported = <A>(location: string, make: () => A): A => {
  try {
    return make()
  } catch (error) {
    if (error instanceof DataError || !(error instanceof Error)) throw error
    throw new DataError(`the graph of "${location}" cannot be imported: ${error.message}`, UNKNOWN_HELP)
  }
}

export default defineBackbone({
  name: "onnx",
  summary:
    "Any encoder or decoder from an .onnx file of PyTorch's or optimum's exporters, with tokenizer.json beside it",
  reference: "https://onnx.ai",
  checked: "the checkpoints that graphs were exported from: states, sites, gradients; PyTorch: GPT-2",
  options: Schema.Struct({
    max_tokens: encoderOptions.max_tokens,
    pooling: optional(
      words("mean", "cls", "last"),
      "mean",
      "what the heads read: the mean over all tokens of the text, or the state of the first one ([CLS]), or of the last one",
    ),
    output: optional(
      Schema.String,
      "last_hidden_state",
      "the output of the graph that holds the states of the last layer",
    ),
    revision: encoderOptions.revision,
  }),
  load,
  fingerprint: async (location, options, place) => {
    const files = await modelAt(location, options, place)
    return digestOf(files, readOnnx(files.file).external)
  },
  tokenize,
  forward: (trace: Trace, { config }: Checkpoint): Tensor =>
    forward(trace, JSON.parse(config.graph as string) as Network),
})
