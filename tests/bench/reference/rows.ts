/**
 * Each row of the PyTorch reference beside the row of ours that has the same definition.
 *
 * `column`: which accuracy the reference prints (`both`: class- and task-incremental). `within`: points by which the means
 * may differ. `differs`: why the definitions are not the same, where they are not; such a row is printed, not judged.
 */

export type AdapterName = "lora" | "bottleneck"
export type Column = "classIncremental" | "taskIncremental"

export interface Pair {
  /** The row of the reference: `router` of its JSON lines. */
  readonly reference: string
  readonly ours: { readonly row: string; readonly head: "kept" | "refit" | "joint" | "none" }
  readonly columns: readonly Column[]
  readonly within: number
  readonly differs?: string
  readonly adapters: readonly AdapterName[]
}

const BOTH: readonly AdapterName[] = ["lora", "bottleneck"]
const CIL: readonly Column[] = ["classIncremental"]
const EACH: readonly Column[] = ["classIncremental", "taskIncremental"]

const selecting = (reference: string, row: string): Pair => ({
  reference,
  ours: { row, head: "kept" },
  columns: CIL,
  within: 2,
  adapters: BOTH,
})
const probing = (reference: string, row: string): Pair => ({
  reference,
  ours: { row, head: "none" },
  columns: CIL,
  within: 2,
  adapters: BOTH,
})
const composing = (reference: (head: "kept" | "refit") => string, row: string, adapters = BOTH): readonly Pair[] =>
  (["kept", "refit"] as const).map((head) => ({
    reference: reference(head),
    ours: { row, head },
    columns: EACH,
    within: 2,
    adapters,
  }))

export const pairs: readonly Pair[] = [
  {
    reference: "oracle",
    ours: { row: "oracle", head: "kept" },
    columns: ["taskIncremental"],
    within: 1.5,
    adapters: BOTH,
  },
  selecting("centroid_select", "task_centroid"),
  selecting("gaussian_select", "task_gaussian"),
  selecting("class_gaussian_select", "class_gaussian"),
  selecting("class_centroid_select memory_only", "class_centroid_memory"),
  selecting("class_gaussian_select memory_only", "class_gaussian_memory"),
  selecting("max_confidence", "max_confidence"),
  probing("frozen_class_gaussian", "frozen_gaussian"),
  probing("frozen_class_centroid memory_only", "frozen_centroid_memory"),
  probing("frozen_class_gaussian memory_only", "frozen_gaussian_memory"),
  ...composing((head) => `base_model heads_${head}`, "base_model"),
  ...composing((head) => `uniform heads_${head}`, "uniform"),
  ...composing((head) => `arrow heads_${head}`, "spectral", ["lora"]),
  ...composing((head) => `l2r gumbel_sigmoid wavg heads_${head}`, "gumbel_outputs"),
  ...composing((head) => `l2r gumbel_sigmoid merge heads_${head}`, "gumbel_parameters"),
  ...composing((head) => `l2r softmax wavg heads_${head}`, "softmax_outputs"),
  ...composing((head) => `l2r softmax merge heads_${head}`, "softmax_parameters"),
  { reference: "multi_task", ours: { row: "multi_task", head: "joint" }, columns: EACH, within: 2, adapters: BOTH },
  {
    reference: "sequential",
    ours: { row: "sequential", head: "joint" },
    columns: EACH,
    within: 2,
    adapters: BOTH,
    differs:
      "the reference keeps AdamW's moments and step count from task to task, ours starts them anew with each task",
  },
]

/** One module for all tasks under a joint head: what takes a third of the reference's time. */
const JOINT: readonly string[] = ["multi_task", "sequential"]

/** `joint`: with the bounds that train one module for all tasks. */
export const pairsFor = (adapter: AdapterName, joint = true): readonly Pair[] =>
  pairs.filter(({ adapters, reference }) => adapters.includes(adapter) && (joint || !JOINT.includes(reference)))

/**
 * Rows that only one side has: each is an error of the comparison.
 * `judgedOnly`: the reference may lack the rows that are printed and not judged, such as those of a run that was ended early.
 */
export const unpaired = (
  adapter: AdapterName,
  reference: Iterable<string>,
  ours: Iterable<string>,
  { joint = true, judgedOnly = false }: { readonly joint?: boolean; readonly judgedOnly?: boolean } = {},
): readonly string[] => {
  const expected = pairsFor(adapter, joint)
  const [there, here] = [new Set(reference), new Set(ours)]
  const [names, rows] = [expected.map((pair) => pair.reference), expected.map((pair) => rowKey(pair.ours))]
  const mayLack = new Set(expected.filter(({ differs }) => judgedOnly && differs).map((pair) => pair.reference))
  return [
    ...names
      .filter((name) => !there.has(name) && !mayLack.has(name))
      .map((name) => `the reference lacks the row "${name}"`),
    ...[...there]
      .filter((name) => !names.includes(name))
      .map((name) => `the reference has the row "${name}", which no row of ours stands for`),
    ...rows.filter((row) => !here.has(row)).map((row) => `ours lacks the row "${row}"`),
    ...[...here]
      .filter((row) => !rows.includes(row))
      .map((row) => `ours has the row "${row}", which the reference has not`),
  ]
}

export const rowKey = ({ row, head }: { readonly row: string; readonly head: string }): string => `${row} ${head}`
