/** Synthetic results of any size, the same for the same arguments: what the tests of the report read. */
import { accuracyMatrix } from "../../src/learning/accuracy_matrix.ts"
import {
  type Cell,
  type Comparison,
  type Cost,
  type Figure,
  type Gates,
  RESULTS_VERSION,
  type Results,
  type Row,
  type Stage,
  type Summary,
} from "../../src/learning/results.ts"

export interface Shape {
  readonly tasks?: number
  readonly perTask?: number
  readonly classes?: number
  readonly rows?: number
  readonly seeds?: number
  readonly cells?: number
  readonly units?: number
  /** Gates of the last stage alone: for results that would be too large otherwise. */
  readonly lastGates?: boolean
  /** Put into every name, label and text: for tests of escaping. */
  readonly taint?: string
}

type Kind = Pick<Row, "name" | "plugin" | "head" | "source" | "knowsTask" | "kind" | "how"> & {
  skill: number
  routing: number
}

const router = (
  name: string,
  plugin: string,
  head: Row["head"],
  source: Row["source"],
  skill: number,
  routing: number,
): Kind => {
  const how = plugin === "similarity" ? "selects" : "composes"
  return { name, plugin, head, source, knowsTask: false, kind: "router", how, skill, routing }
}
const bound = (name: string, head: Row["head"], how: Row["how"], skill: number): Kind => {
  return {
    name,
    plugin: name,
    head,
    source: "none",
    knowsTask: name === "oracle",
    kind: "bound",
    how,
    skill,
    routing: 0.2,
  }
}

const KINDS: readonly Kind[] = [
  router("learnt", "l2r", "refit", "memory", 0.62, 0.66),
  router("learnt", "l2r", "kept", "memory", 0.59, 0.66),
  router("arrow", "arrow", "kept", "weights", 0.575, 0.42),
  router("class_gaussian", "similarity", "kept", "memory", 0.5, 0.57),
  router("class_gaussian_all", "similarity", "kept", "train", 0.7, 0.81),
  bound("uniform", "kept", "composes", 0.56),
  bound("uniform", "refit", "composes", 0.595),
  bound("refit_only", "refit", "none", 0.507),
  bound("oracle", "kept", "selects", 0.83),
  bound("sequential", "joint", "shared", 0.3),
]

/** A linear congruential generator: draws in [0, 1). */
function draws(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const TASKS = ["living", "matter", "society", "mind", "action"]
const LABELS = ["animal", "plant", "body", "food", "person", "group", "state", "event"]

export function syntheticResults(shape: Shape = {}): Results {
  const { cells = 1, taint = "" } = shape
  return {
    schema: "l2r/results",
    version: RESULTS_VERSION,
    cells: Array.from({ length: cells }, (_, index) => syntheticCell(shape, index)),
    provenance: {
      l2r: "0.1.0",
      runtime: "node 24.21.0",
      started: "2026-11-24T16:00:00.000Z",
      seconds: 96.4,
      versions: { "onnxruntime-node": "1.30.0", effect: "4.1.0", [`package${taint}`]: "1.0.0" },
      machine: {
        os: "linux",
        arch: "x64",
        processor: `Example processor${taint}`,
        cores: 2,
        features: ["avx2", "fma"],
      },
      profile: { backend: "onnxruntime", threads: 1, precision: "float32" },
      spec: `{\n  "experiment": "routing${taint}",\n  "seeds": [1]\n}`,
      specFile: `spec${taint}.l2r`,
      dataDigests: { [`wordnet${taint}`]: "sha256:0123456789abcdef" },
      notices: [`WordNet 3.1 is used under the WordNet licence.${taint}`],
      steps: [
        { label: `module living${taint}`, key: "a".repeat(64), cached: true, seconds: 0 },
        { label: "evaluate learnt · seed 1", key: "b".repeat(64), cached: false, seconds: 1.25 },
      ],
    },
  }
}

function syntheticCell(shape: Shape, index: number): Cell {
  const {
    tasks = 5,
    perTask = 40,
    classes = 5,
    rows = KINDS.length,
    seeds = 1,
    units = 4,
    lastGates = false,
    taint = "",
  } = shape
  const taskNames = Array.from({ length: tasks }, (_, t) => (TASKS[t] ?? `task_${t + 1}`) + taint)
  const examples = Array.from({ length: tasks * perTask }, (_, k) => {
    const task = k % tasks
    return { task, class: task * classes + (Math.floor(k / tasks) % classes), id: `text-${k}` }
  })
  const kinds = Array.from({ length: rows }, (_, r) => {
    const kind = KINDS[r % KINDS.length]
    return { ...kind, name: kind.name + (r < KINDS.length ? "" : `_${Math.floor(r / KINDS.length) + 1}`) + taint }
  })
  const all = kinds.flatMap((kind, r) =>
    Array.from({ length: seeds }, (_, s) =>
      syntheticRow(kind, s + 1, examples, taskNames, classes, units, lastGates, taint, draws(100 * index + 10 * r + s)),
    ),
  )
  const undefinedRow: Summary = {
    ...summaryOf(all.slice(0, 1), kinds[0]),
    ...{ row: `phatgoose${taint}`, plugin: "phatgoose", classIncremental: undefined, taskIncremental: undefined },
    ...{ anytime: undefined, forgetting: undefined, backwardTransfer: undefined, learningAccuracy: undefined },
    ...{ routerAccuracy: undefined, entropy: undefined, warnings: [] },
    notDefined: `bottleneck adapters have no input gate${taint}`,
  }
  return {
    experiment: `routing${taint}`,
    adapter: index === 0 ? "low_rank" : `bottleneck_${index}`,
    order: "written",
    tasks: taskNames,
    classes: Array.from({ length: tasks * classes }, (_, c) => ({
      task: Math.floor(c / classes),
      label: `${LABELS[c % LABELS.length]}_${c}${taint}`,
    })),
    examples,
    rows: all,
    summary: [...kinds.map((kind, r) => summaryOf(all.slice(r * seeds, (r + 1) * seeds), kind)), undefinedRow],
    comparisons: syntheticComparisons(examples.length, seeds, taint),
  }
}

function syntheticRow(
  kind: Kind,
  seed: number,
  examples: Cell["examples"],
  tasks: readonly string[],
  classes: number,
  units: number,
  lastGates: boolean,
  taint: string,
  random: () => number,
): Row {
  const routed = kind.how === "composes" || (kind.how === "selects" && kind.kind === "router")
  const stages = tasks.map((_, stage): Stage => {
    const seen = examples.flatMap((example, id) => (example.task <= stage ? [id] : []))
    const skill = kind.skill + 0.25 * (1 - stage / Math.max(1, tasks.length - 1))
    const right = (id: number, chance: number) =>
      random() < Math.min(0.95, chance) ? examples[id].class : Math.floor(random() * (stage + 1) * classes)
    const withGates = routed && (!lastGates || stage === tasks.length - 1)
    const mean = (withGates ? seen : []).map((id) =>
      Array.from({ length: units }, (_, unit) => gatesOf(examples[id].task, stage + 1, kind.routing, unit, random)),
    )
    const gates: Gates = {
      units: Array.from({ length: units }, (_, unit) => `layer.${unit}`),
      modules: tasks.slice(0, stage + 1),
      granularity: kind.plugin === "arrow" ? "token" : "example",
      mean,
      entropy: mean.map((unit) => unit.map(normalisedEntropy)),
    }
    const chosen = withGates ? mean.map((unit) => unit[0].indexOf(Math.max(...unit[0]))) : seen.map(() => -1)
    return {
      index: stage,
      predictions: {
        example: seen,
        classIncremental: seen.map((id) => right(id, skill)),
        taskIncremental: seen.map((id) => right(id, kind.skill + 0.25)),
        chosen,
      },
      ...(withGates ? { gates } : {}),
    }
  })
  const { skill: _skill, routing: _routing, ...identity } = kind
  return {
    ...identity,
    seed,
    stages,
    matrix: {
      classIncremental: accuracyMatrix(stages, examples, tasks.length, "class_incremental"),
      taskIncremental: accuracyMatrix(stages, examples, tasks.length, "task_incremental"),
    },
    cost: costOf(kind),
    stepKeys: ["b".repeat(64)],
    warnings: kind.name.startsWith("arrow") ? [`the gates of layer.3 collapsed on one module${taint}`] : [],
  }
}

function gatesOf(task: number, modules: number, routing: number, unit: number, random: () => number): number[] {
  const raw = Array.from(
    { length: modules },
    (_, m) => 0.1 + random() * 0.5 + (m === task ? routing * (0.5 + unit / 4) : 0),
  )
  return raw.map((gate) => Math.round((gate / (1 + gate)) * 1e4) / 1e4)
}

function normalisedEntropy(gates: readonly number[]): number {
  const total = gates.reduce((sum, gate) => sum + gate, 0)
  if (gates.length === 1) return 0
  return -gates.reduce((sum, gate) => sum + (gate / total) * Math.log(gate / total), 0) / Math.log(gates.length)
}

function costOf(kind: Kind): Cost {
  const seconds = {
    router: kind.source === "train" ? 9.1 : kind.source === "weights" ? 0.04 : 21.6,
    bound: kind.head === "refit" ? 6.2 : 0,
    composition: 0.2,
  }
  return {
    trainableParameters: kind.plugin === "l2r" ? 3860 : kind.head === "refit" ? 4825 : 0,
    storedBytes: kind.plugin === "similarity" ? 1_250_000 : 15_440 + 98_304,
    forwardFlops: kind.how === "composes" ? 1.41 : 1,
    fitSeconds: kind.name === "sequential" ? 140 : seconds[kind.kind],
  }
}

function summaryOf(rows: readonly Row[], kind: Kind): Summary {
  const around = (value: number, half: number): Figure => ({ value, interval: [value - half, value + half * 0.9] })
  const skill = 100 * kind.skill
  const routed = kind.kind === "router"
  return {
    row: kind.name,
    plugin: kind.plugin,
    head: kind.head,
    source: kind.source,
    how: kind.how,
    kind: kind.kind,
    knowsTask: kind.knowsTask,
    seeds: rows.length,
    ...(kind.knowsTask ? {} : { classIncremental: around(skill, 2.7), anytime: around(skill + 9.4, 2.1) }),
    taskIncremental: around(skill * 0.5 + 44, 2.3),
    forgetting: around(30 - skill / 5, 1.8),
    backwardTransfer: around(skill / 5 - 30, 1.8),
    learningAccuracy: around(88.2, 1.2),
    ...(routed
      ? {
          routerAccuracy: { ...around(100 * kind.routing, 2.2), majority: 100 * kind.routing + 2 },
          entropy: around(0.71, 0.012),
        }
      : {}),
    cost: rows[0].cost,
    warnings: [...new Set(rows.flatMap((row) => row.warnings))],
  }
}

function syntheticComparisons(examples: number, seeds: number, taint: string): readonly Comparison[] {
  const common = { on: "all tasks", setup: "class_incremental", examples, seeds } as const
  return [
    {
      ...common,
      left: `learnt (refit)${taint}`,
      right: `uniform (refit)${taint}`,
      difference: 2.5,
      interval: [0.4, 4.6],
      p: 0.019,
      corrected: 0.038,
      minimumDetectable: 2.9,
      conclusion: `learnt (refit) is better than uniform (refit) by 0.4 to 4.6 points, conditional on these modules.${taint}`,
    },
    {
      ...common,
      left: "learnt (kept)",
      right: "class_gaussian_all (kept)",
      difference: -11,
      interval: [-13.4, -8.5],
      p: 0.0001,
      corrected: 0.0003,
      minimumDetectable: 3.4,
      caveat: `class statistics of all training data against a router fitted on the memory${taint}`,
      conclusion: "class_gaussian_all (kept) is better by 8.5 to 13.4 points, conditional on these modules.",
    },
    {
      ...common,
      left: "learnt (kept)",
      right: "arrow (kept)",
      difference: 1.5,
      interval: [-0.7, 3.6],
      p: 0.17,
      corrected: 0.17,
      minimumDetectable: 3.1,
      conclusion:
        "No difference was found; one of 3.1 points or more would have been found in four of five such experiments.",
    },
  ]
}
