/** The shape of results: what `results.json` holds, what the report reads. Versioned; a field is added, never changed in meaning. */

import type { CorrectedOutcome } from "./outcome.ts"
import type { PortabilityCell } from "./portability_results.ts"
import type { Studied } from "./study_results.ts"

export const RESULTS_VERSION = 1

/** Statistics of a row come from the memory, from all training data, from the trained weights alone, or from nothing. */
export type Source = "memory" | "train" | "weights" | "none"
export type HeadPolicy = "kept" | "refit" | "joint" | "none"

/** A figure in percent (or its own unit) with a 95 % interval where one is defined. */
export interface Figure {
  readonly value: number
  readonly interval?: readonly [number, number]
}

/** One test example's outcome at one stage. Index arrays, so that thousands stay small. */
export interface Predictions {
  /** Index into `Cell.examples` of each evaluated test example: tasks up to the stage, and the next where forward transfer is measured. */
  readonly example: readonly number[]
  /** Predicted class (index into `Cell.classes`) over the union of classes, and within the task's own classes. */
  readonly classIncremental: readonly number[]
  readonly taskIncremental: readonly number[]
  /** Module with the largest gate (majority over units), -1 where nothing is routed. */
  readonly chosen: readonly number[]
  /** Where texts are answered in words: what was written, and what it scores; the predicted classes are empty lists then. */
  readonly written?: Written
}

/** Answers in the order of Predictions.example. Scores are percent, those of the best of an example's references. */
export interface Written {
  readonly texts: readonly string[]
  readonly rougeL: readonly number[]
  readonly exactMatch: readonly number[]
  /** Places in these lists whose answer had not ended at the most tokens. */
  readonly unfinished: readonly number[]
}

/** Gates of one stage: per example and routing unit (layer or site). Token gates come as mean over tokens and mean entropy. */
export interface Gates {
  /** Names of the routing units, e.g. "layer.0"; ["model"] for global routers. */
  readonly units: readonly string[]
  readonly modules: readonly string[]
  readonly granularity: "example" | "token"
  /** [examples][units][modules], rounded to 4 decimals, in the order of Predictions.example. */
  readonly mean: readonly (readonly (readonly number[])[])[]
  /** With `--keep gates`, token gates whole: [examples][units][tokens][modules], rounded to 4 decimals. */
  readonly tokens?: readonly (readonly (readonly (readonly number[])[])[])[]
  /** [examples][units], normalised entropy H/log t in [0, 1]; 0 at one module. */
  readonly entropy: readonly (readonly number[])[]
}

export interface Stage {
  /** 0-based: tasks 0..index were learnt. */
  readonly index: number
  /** By task, the module that serves it, where modules serve several tasks; absent: module t serves task t. */
  readonly moduleOf?: readonly number[]
  readonly predictions: Predictions
  readonly gates?: Gates
}

export interface Cost {
  readonly trainableParameters: number
  readonly storedBytes: number
  /** Forward FLOPs as a multiple of the backbone with one module. */
  readonly forwardFlops: number
  /** CPU seconds to fit: features that the row needs are charged in full. */
  readonly fitSeconds: number
}

/** How far a composed module is from the weighted sum of the modules' outputs that it stands for, after the last task. */
export interface CompositionError {
  /** Of each module in that sum, in the order of the tasks. */
  readonly weights: readonly number[]
  /** By site, Frobenius norms: of (merged update - sum) and of the sum. Of modules that are not low-rank the distance of their parameters. */
  readonly sites: readonly { readonly site: string; readonly distance: number; readonly sum: number }[]
  /** | logit(composed) - logit(sum) | over some training texts and all joined classes; absent where texts are answered in words. */
  readonly logits?: { readonly mean: number; readonly max: number; readonly texts: number }
}

/** One row of the table for one seed. */
export interface Row {
  /** Declared name, e.g. "learnt". */
  readonly name: string
  readonly plugin: string
  readonly head: HeadPolicy
  readonly source: Source
  readonly knowsTask: boolean
  /** Its gates for an example depend on the batch that it stands in, as those of the original do. */
  readonly leaks?: "batch"
  readonly kind: "router" | "bound" | "composition"
  /** "selects" one module, "composes" several, "shared" module or none. */
  readonly how: "selects" | "composes" | "shared" | "none"
  readonly seed: number
  /** It carries something from task to task (a memory along the stream, a warm start): in another order its final figures are others. */
  readonly dependsOnOrder?: true
  /** The memory that it reads, with the options that are not at their defaults: `random { per_class: 1 }`. */
  readonly memory?: string
  /** Why the row has no figures, if it has none. */
  readonly notDefined?: string
  readonly stages: readonly Stage[]
  /** Of compositions. */
  readonly composition?: CompositionError
  /** [after task i][on task j], percent, j <= i (and i + 1 where forward transfer is measured), else null. */
  readonly matrix: {
    readonly classIncremental: readonly (readonly (number | null)[])[]
    readonly taskIncremental: readonly (readonly (number | null)[])[]
    /** Where texts are answered in words: mean scores; the matrices of accuracies are empty then. */
    readonly rougeL?: readonly (readonly (number | null)[])[]
    readonly exactMatch?: readonly (readonly (number | null)[])[]
    /** Weighted F1 in the set-up of the cell, where it is asked for. */
    readonly weightedF1?: readonly (readonly (number | null)[])[]
  }
  readonly cost: Cost
  readonly stepKeys: readonly string[]
  readonly warnings: readonly string[]
}

/** Use of the modules on the test examples of a task, means over these: fractions. `gate_use.ts` has the formulas. */
export interface TaskUse {
  /** Index into `Cell.tasks`. */
  readonly task: number
  /** Utilisation: share of each module. */
  readonly shares: readonly number[]
  /** Mass on the right module: share of the task's own. */
  readonly own: number
  /** Normalised entropy. */
  readonly entropy: number
  /** Examples whose largest gate is that of their own module. */
  readonly right: number
}

/** Use of the modules at one routing unit, means over tasks. */
export interface UnitUse extends Omit<TaskUse, "task"> {
  /** Name of the layer or site; "model" for global routers. */
  readonly unit: string
  /** In nats: 0 where every example gets the same gates, log of the number of modules where each is sure of one and all are used. */
  readonly mutualInformation: number
  /** As many modules as, evenly used, would have the entropy of the mean shares. */
  readonly inUse: number
  /** Of tasks with test examples. */
  readonly tasks: readonly TaskUse[]
}

/** How a router uses the modules after the last task, mean over seeds. */
export interface GateUse {
  readonly modules: readonly string[]
  readonly granularity: Gates["granularity"]
  readonly units: readonly UnitUse[]
}

/** The table's figures of a row over its seeds. */
export interface Summary {
  readonly row: string
  readonly plugin: string
  readonly head: HeadPolicy
  readonly source: Source
  readonly how: Row["how"]
  readonly kind: Row["kind"]
  readonly knowsTask: boolean
  readonly leaks?: Row["leaks"]
  readonly seeds: number
  readonly notDefined?: string
  readonly classIncremental?: Figure
  readonly taskIncremental?: Figure
  /** Where texts are answered in words, instead of accuracies; what is read off the matrix is read off that of Rouge-L. */
  readonly rougeL?: Figure
  readonly exactMatch?: Figure
  /** In the set-up of the cell, where it is asked for. */
  readonly weightedF1?: Figure
  readonly anytime?: Figure
  readonly forgetting?: Figure
  readonly backwardTransfer?: Figure
  /** As other codes define them: mammoth's forgetting, and SAPT's backward transfer. */
  readonly forgettingAllRows?: Figure
  readonly backwardTransferSapt?: Figure
  readonly learningAccuracy?: Figure
  /** Where it is asked for, of rows that aren't told the task. */
  readonly forwardTransfer?: Figure
  /** Per-layer routers: mean over units and majority vote. */
  readonly routerAccuracy?: Figure & { readonly majority?: number }
  readonly entropy?: Figure
  /** By layer and task. */
  readonly gateUse?: GateUse
  /** Class-incremental accuracy of the oracle on the same modules minus this row's, percentage points. */
  readonly oracleGap?: Figure
  /** The final accuracy is the same in every order of the tasks: further orders are no further evidence for it. */
  readonly orderInvariant?: boolean
  readonly cost: Cost
  readonly warnings: readonly string[]
}

export interface Comparison extends CorrectedOutcome {
  readonly left: string
  readonly right: string
  readonly on: string
  readonly setup: Setup
  /** The experiment has several orders of the tasks, and this is one comparison in all of them: no further evidence. */
  readonly orderInvariant?: true
  /** e.g. "class statistics of all training data against a router fitted on the memory". */
  readonly caveat?: string
  /** One sentence that says what may be concluded. */
  readonly conclusion: string
}

/**
 * What a row is told at test time and what counts as right: `class_incremental`: a class of any task so far, the task unknown;
 * `task_incremental`: a class of the example's own task, which is told; `domain_incremental`: tasks share their labels, a
 * prediction counts by its label, the task unknown (van de Ven et al. 2022).
 */
export type Scenario = "class_incremental" | "task_incremental" | "domain_incremental"

/** What an example counts: right or wrong under one of the two set-ups of classes, or the score of the written answer. */
export type Setup = "class_incremental" | "task_incremental" | "rouge_l" | "exact_match"

/** How texts were answered in words. */
export interface Answers {
  readonly max_tokens: number
  readonly beams: number
  /** By task: of how many answers to train on only so many tokens were learnt. */
  readonly cut: readonly { readonly task: string; readonly cut: number; readonly of: number }[]
}

/** A test example; where it is answered in words its class is -1, and its references are the answers that are right. */
export interface Tested {
  readonly task: number
  readonly class: number
  readonly id: string
  readonly references?: readonly string[]
}

/** One cell of an experiment's axes: backbone x stream order x adapter (or library). */
export interface Cell {
  readonly experiment: string
  readonly adapter: string
  readonly order: string
  /** Absent: class_incremental. Under `domain_incremental` the figures called class-incremental count by label. */
  readonly scenario?: Scenario
  /** Training texts came as one sequence without boundaries, in which a task goes over into the next over a share `blur` of it; absent: task by task. */
  readonly sequence?: { readonly blur: number }
  /** Texts are answered in words; absent: by a class. */
  readonly answers?: Answers
  /** What the table shall show; absent: what is usual. */
  readonly measures?: readonly string[]
  readonly tasks: readonly string[]
  /** All classes of the stream: index = class id. A class is (task, label). None where texts are answered in words. */
  readonly classes: readonly { readonly task: number; readonly label: string }[]
  /** All test examples in the mixed order: task, class, digest of the text (and the text with `--keep texts`). */
  readonly examples: readonly Tested[]
  readonly rows: readonly Row[]
  readonly summary: readonly Summary[]
  readonly comparisons: readonly Comparison[]
  /** Comparisons that were asked for and could not be made, and why. */
  readonly notices?: readonly string[]
}

export interface Provenance {
  readonly l2r: string
  readonly runtime: string
  readonly started: string
  readonly seconds: number
  /** Of the packages that numbers depend on. */
  readonly versions: Readonly<Record<string, string>>
  readonly machine: {
    readonly os: string
    readonly arch: string
    readonly processor: string
    readonly cores: number
    readonly features: readonly string[]
  }
  readonly profile: Readonly<Record<string, string | number>>
  /** The effective spec as text (canonical JSON of the checked spec with defaults). */
  readonly spec: string
  readonly specFile: string
  /** What the command line has changed of the file: `{ path: "low_rank.rank", before: "8", after: "16" }`. */
  readonly changes?: readonly { readonly path: string; readonly before?: string; readonly after: string }[]
  readonly dataDigests: Readonly<Record<string, string>>
  readonly notices: readonly string[]
  readonly steps: readonly {
    readonly label: string
    readonly key: string
    readonly cached: boolean
    readonly seconds: number
  }[]
}

export interface Results {
  readonly schema: "l2r/results"
  readonly version: typeof RESULTS_VERSION
  readonly cells: readonly Cell[]
  /** Of language models; absent where the spec has no study. */
  readonly studies?: readonly Studied[]
  /** Absent where the spec asks for none. */
  readonly portabilities?: readonly PortabilityCell[]
  readonly provenance: Provenance
}
