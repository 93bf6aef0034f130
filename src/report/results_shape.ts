/** The fields that a reader of results relies on, checked down to rows and stages; the numbers inside a stage are not. A field with `?` may be missing. */

type Shape = "text" | "number" | "truth" | "list" | "record" | { readonly [field: string]: Shape } | readonly [Shape]

const FIGURES: Shape = ["list"]
const STAGE: Shape = {
  index: "number",
  "moduleOf?": "list",
  predictions: {
    example: "list",
    classIncremental: "list",
    taskIncremental: "list",
    chosen: "list",
    "written?": { texts: "list", rougeL: "list", exactMatch: "list", unfinished: "list" },
  },
}
const COST: Shape = {
  trainableParameters: "number",
  storedBytes: "number",
  forwardFlops: "number",
  fitSeconds: "number",
}
const KIND = {
  plugin: "text",
  head: "text",
  source: "text",
  how: "text",
  kind: "text",
  knowsTask: "truth",
  "leaks?": "text",
  cost: COST,
  warnings: ["text"],
} as const

const ROW: Shape = {
  ...KIND,
  name: "text",
  seed: "number",
  "memory?": "text",
  stages: [STAGE],
  matrix: {
    classIncremental: FIGURES,
    taskIncremental: FIGURES,
    "rougeL?": FIGURES,
    "exactMatch?": FIGURES,
    "weightedF1?": FIGURES,
  },
  "composition?": {
    weights: ["number"],
    sites: [{ site: "text", distance: "number", sum: "number" }],
    "logits?": { mean: "number", max: "number", texts: "number" },
  },
  stepKeys: ["text"],
}

const COMPARISON: Shape = {
  left: "text",
  right: "text",
  on: "text",
  setup: "text",
  difference: "number",
  interval: ["number"],
  p: "number",
  corrected: "number",
  minimumDetectable: "number",
  examples: "number",
  seeds: "number",
  conclusion: "text",
}

const CELL: Shape = {
  experiment: "text",
  adapter: "text",
  order: "text",
  "scenario?": "text",
  "sequence?": { blur: "number" },
  "answers?": { max_tokens: "number", beams: "number", cut: [{ task: "text", cut: "number", of: "number" }] },
  "measures?": ["text"],
  "notices?": ["text"],
  tasks: ["text"],
  classes: [{ task: "number", label: "text" }],
  examples: [{ task: "number", class: "number", id: "text", "references?": ["text"] }],
  rows: [ROW],
  summary: [{ ...KIND, row: "text", seeds: "number" }],
  comparisons: [COMPARISON],
}

const PROVENANCE: Shape = {
  l2r: "text",
  runtime: "text",
  started: "text",
  seconds: "number",
  versions: "record",
  machine: { os: "text", arch: "text", processor: "text", cores: "number", features: ["text"] },
  profile: "record",
  spec: "text",
  specFile: "text",
  "changes?": [{ path: "text", "before?": "text", after: "text" }],
  dataDigests: "record",
  notices: ["text"],
  steps: [{ label: "text", key: "text", cached: "truth", seconds: "number" }],
}

const INFORMATION: Shape = { value: "number", interval: ["number"], chance: "number" }
const STUDIED: Shape = { value: "number", interval: ["number"] }

const STUDY: Shape = {
  study: "text",
  tasks: ["text"],
  texts: "number",
  models: [
    {
      model: "text",
      seeds: "number",
      parameters: "number",
      experts: "number",
      perplexity: STUDIED,
      byTask: [STUDIED],
      "use?": { load: STUDIED, task: INFORMATION, label: INFORMATION },
      gates: [
        { name: "text", experts: "number", load: STUDIED, task: INFORMATION, label: INFORMATION, shares: ["list"] },
      ],
      pruned: [{ share: "number", by: "text", parameters: "number", experts: "number", perplexity: STUDIED }],
    },
  ],
}

const PORTABILITY: Shape = {
  portability: "text",
  transfer: "text",
  plugin: "text",
  of: "text",
  from: "text",
  on: "text",
  source: "text",
  stream: "text",
  tasks: [{ task: "text", from: "text" }],
  examples: "number",
  seeds: ["number"],
  steps: ["number"],
  starts: ["text"],
  "notDefined?": "text",
  right: [{ start: "text", steps: "number", task: "number", seed: "number", right: "text" }],
  curves: [{ start: "text", accuracy: [{ value: "number" }] }],
  comparisons: [
    {
      against: "text",
      steps: "number",
      difference: "number",
      interval: ["number"],
      p: "number",
      corrected: "number",
      minimumDetectable: "number",
      finding: "text",
    },
  ],
  "verdict?": { finding: "text", conclusion: "text" },
}

const RESULTS: Shape = { cells: [CELL], "studies?": [STUDY], "portabilities?": [PORTABILITY], provenance: PROVENANCE }

/** The first place where results have another shape, e.g. `The field "cells[0].tasks" is not a list.`; undefined where all is well. */
export function shapeProblem(value: unknown): string | undefined {
  return differs(value, RESULTS, "")
}

function differs(value: unknown, shape: Shape, at: string): string | undefined {
  const wrong = (what: string) =>
    value === undefined ? `The field "${at}" is missing.` : `The field "${at}" is not ${what}.`
  if (shape === "text") return typeof value === "string" ? undefined : wrong("a text")
  if (shape === "number") return typeof value === "number" ? undefined : wrong("a number")
  if (shape === "truth") return typeof value === "boolean" ? undefined : wrong("true or false")
  if (shape === "list") return Array.isArray(value) ? undefined : wrong("a list")
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return wrong("a list")
    return first(value.keys(), (index) => differs(value[index], shape[0], `${at}[${index}]`))
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("an object")
  if (shape === "record") return undefined
  const fields = value as Record<string, unknown>
  return first(Object.entries(shape), ([field, inner]) => {
    const name = field.replace(/\?$/, "")
    if (name !== field && fields[name] === undefined) return undefined
    return differs(fields[name], inner, at === "" ? name : `${at}.${name}`)
  })
}

function first<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = check(item)
    if (found !== undefined) return found
  }
  return undefined
}
