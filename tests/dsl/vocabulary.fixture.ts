/** A small vocabulary, so that these tests do not change with the plugins that ship. */
import type { JsonSchema, PluginEntry, Vocabulary } from "../../dsl/vocabulary.ts"

const positive: JsonSchema = { type: "number", exclusiveMinimum: 0 }
const count: JsonSchema = { type: "integer", exclusiveMinimum: 0 }
const oneOf = (...words: string[]): JsonSchema => ({ type: "string", enum: words })

const plugin = (
  name: string,
  properties: Record<string, JsonSchema> = {},
  more: Partial<PluginEntry> & Pick<JsonSchema, "required" | "allOf"> = {},
): [string, PluginEntry] => {
  const { required, allOf, ...rest } = more
  return [
    name,
    {
      name,
      summary: `${name} for tests`,
      options: { type: "object", properties, ...(required && { required }), ...(allOf && { allOf }) },
      ...rest,
    },
  ]
}

const everyRouter: Record<string, JsonSchema> = {
  memory: { type: "string", reference: "memory", description: "which past training examples may be seen" },
  head: { ...oneOf("kept", "refit", "both"), default: "both" },
  epochs: count,
  schedule: oneOf("after_each_task_from_scratch", "after_each_task_warm", "once_at_end"),
}
const router = (
  name: string,
  properties: Record<string, JsonSchema> = {},
  facts: PluginEntry["facts"] = { fit: "nothing", needs_low_rank: false },
) => plugin(name, { ...properties, ...everyRouter }, { facts })

export const vocabulary: Vocabulary = {
  version: 1,
  kinds: {
    backbone: Object.fromEntries([
      plugin("bert", { max_tokens: count, pooling: oneOf("cls", "mean") }, { facts: { location: "required" } }),
      plugin("moduleformer", { max_tokens: count }, { facts: { location: "required", creates: true } }),
    ]),
    data: Object.fromEntries([
      plugin("jsonl", { text: { type: "string" }, label: { type: "string" } }),
      plugin("wordnet", {}, { facts: { tasks: ["living", "mind"] } }),
    ]),
    memory: Object.fromEntries([
      plugin("generated", { per_task: count }, { facts: { generates: true } }),
      plugin(
        "random",
        { per_class: count, per_task: count },
        {
          allOf: [{ not: { required: ["per_class", "per_task"] } }],
          facts: {
            depends_on_order: false,
            needs_classes: {
              byDefault: { why: "it keeps examples of each class", help: "write `per_task`", option: "per_class" },
              where: { per_task: { "*": null } },
            },
          },
        },
      ),
      plugin("reservoir", { capacity: count }, { required: ["capacity"], facts: { depends_on_order: true } }),
    ]),
    adapter: Object.fromEntries([
      plugin(
        "lora",
        {
          rank: { ...count, default: 8 },
          alpha: positive,
          dropout: { type: "number", minimum: 0, exclusiveMaximum: 1 },
          targets: { type: "array", items: oneOf("query", "key", "value"), minItems: 1 },
          bias: { type: "boolean" },
        },
        { facts: { low_rank: true, low_rank_where: { bias: { true: false } }, drawn: { byDefault: true } } },
      ),
      plugin("bottleneck", { reduction: count, activation: oneOf("relu", "gelu") }, { facts: { low_rank: false } }),
      plugin(
        "masked",
        {
          share: { type: "number", minimum: 0, maximum: 1, description: "share of weights that are kept" },
          wait: { type: "number", unit: "seconds" },
          parts: { type: "object", properties: { width: count }, required: ["width"] },
        },
        { required: ["share"] },
      ),
      plugin("prompt", {}, { facts: { low_rank: false, joins_tokens: { byDefault: true } } }),
      plugin("stack", { of: { type: "array", minItems: 2, items: { type: "string", reference: "adapter" } } }),
    ]),
    grouping: Object.fromEntries([
      plugin("mbc", { clusters: count, of: { type: "string", reference: "adapter" } }, { required: ["of"] }),
    ]),
    transfer: Object.fromEntries([
      plugin(
        "skip",
        {
          of: { type: "string", reference: "adapter" },
          from: { type: "string", reference: "backbone" },
          train: { type: "string", reference: "train" },
          steps: { anyOf: [oneOf("as_trained"), count] },
        },
        { required: ["of", "from"] },
      ),
    ]),
    router: Object.fromEntries([
      router("sapt", {}, { fit: "gradient", goes_on: { byDefault: true } }),
      router(
        "l2r",
        {
          relaxation: oneOf("gumbel_sigmoid", "sigmoid", "softmax"),
          aggregate: oneOf("outputs", "parameters"),
          hidden: { anyOf: [oneOf("none"), count] },
          seed: count,
          stream: oneOf("on", "off"),
          metric: oneOf("compare", "against"),
        },
        { fit: "gradient", needs_low_rank: false },
      ),
      router("arrow", { top_k: count, temperature: positive }, { fit: "weights", needs_low_rank: true }),
      router(
        "similarity",
        {
          statistic: oneOf("task_centroid", "class_gaussian"),
          shrinkage: { type: "number", minimum: 0, maximum: 1 },
          statistics: { ...oneOf("memory", "train"), default: "train" },
        },
        {
          fit: "statistics",
          needs_classes: {
            byDefault: { why: "it counts classes", help: "count tasks", option: "statistic" },
            where: { statistic: { task_centroid: null } },
          },
        },
      ),
      router(
        "uniform",
        { aggregate: { ...oneOf("outputs", "parameters"), default: "outputs" }, mix: oneOf("factors", "outer") },
        {
          fit: "nothing",
          needs_low_rank: false,
          mix: { byDefault: "factors", where: { mix: { outer: "outer" } } },
          aggregate: { byDefault: "outputs", where: { aggregate: { parameters: "parameters" } } },
          reads_memory: { byDefault: false },
        },
      ),
      router(
        "oracle",
        {},
        { fit: "nothing", needs_low_rank: false, reads_task: { byDefault: true }, aggregate: { byDefault: "select" } },
      ),
      router("per_task"),
    ]),
    composition: Object.fromEntries([
      plugin(
        "fisher",
        { memory: everyRouter.memory, head: everyRouter.head },
        { facts: { needs_low_rank: false, reads_fisher: true } },
      ),
      plugin(
        "addition",
        { weights: { type: "object" }, on: oneOf("updates", "factors") },
        {
          facts: {
            task_options: ["weights"],
            adds_parameters: { byDefault: true, where: { on: { updates: false } } },
          },
        },
      ),
      plugin("negation", { task: { type: "string" } }, { required: ["task"], facts: { task_options: ["task"] } }),
    ]),
    strategy: Object.fromEntries([
      plugin("sequential"),
      plugin("multi_task"),
      plugin("sequential_full", { learning_rate: positive }),
      plugin(
        "er",
        { memory: { type: "string", reference: "memory" } },
        { facts: { visits: "one_by_one", reads_memory: { byDefault: true }, needs_boundaries: { byDefault: null } } },
      ),
      plugin("ewc", {}, { facts: { visits: "one_by_one", needs_boundaries: { byDefault: "it takes stock there" } } }),
      plugin("sapt", { memory: everyRouter.memory }),
      plugin("lfpt5", { memory: everyRouter.memory }, { facts: { reads_memory: { byDefault: false } } }),
    ]),
    probe: Object.fromEntries([
      plugin(
        "frozen_class_centroid",
        { statistics: oneOf("memory", "train"), memory: everyRouter.memory },
        { facts: { reads_memory: { byDefault: false, where: { statistics: { memory: true } } } } },
      ),
    ]),
    backend: Object.fromEntries([plugin("onnxruntime", { threads: count }), plugin("reference")]),
  },
}

/** What `use "./my-router.ts" as mine` brings. */
export const mine: Vocabulary = {
  version: 1,
  kinds: {
    router: Object.fromEntries([router("nearest_class", { distance: oneOf("euclid", "cosine") })]),
    adapter: Object.fromEntries([
      plugin(
        "split",
        {
          parts: { ...count, description: "equal parts of the width" },
          shape: { type: "object", properties: { width: count } },
          sizes: { type: "array", items: count },
        },
        { rules: true },
      ),
    ]),
  },
}
