/** Steps and rows of a composition: at every stage the modules so far become one, under which the test set is evaluated. */
import type { Source } from "../../learning/results.ts"
import type { Composition } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { lookingAhead } from "../looking_ahead.ts"
import type { PlannedMemory } from "../memories.ts"
import { memoryText } from "../memory_text.ts"
import type { CompositionOptions } from "../options/composition_options.ts"
import { type Fitting, optionsFor } from "../options/step_options.ts"
import type { Step } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"
import { whyNotComposed } from "./composable.ts"
import { askedBy, informationOf, whyNotInformed } from "./fisher.ts"
import type { Evaluated, PlannedRow } from "./row.ts"

export interface CompositionRow {
  readonly name: string
  readonly composition: Resolved<Composition>
  readonly core: CompositionOptions
  /** The memory that its refitted heads are trained on. */
  readonly memory: PlannedMemory
}

interface At {
  readonly builder: StepBuilder
  readonly stream: PlannedStream
  readonly modules: PlannedModules
  readonly row: CompositionRow
  readonly stage: number
}

export const planComposition = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  row: CompositionRow,
  stages: readonly number[],
): readonly PlannedRow[] => {
  const { plugin } = row.composition
  const both = row.core.head === "both" ? (["kept", "refit"] as const) : ([row.core.head] as const)
  const heads = stream.answers ? (["none"] as const) : both
  const fisher = askedBy(row.composition)
  const known = {
    name: row.name,
    plugin: plugin.name,
    kind: "composition",
    how: "composes",
    knowsTask: false,
    seed: modules.seed,
    granularity: "example",
  } as const
  const source = (head: (typeof heads)[number]): Source => (fisher ? "train" : head === "refit" ? "memory" : "weights")
  const notDefined = whyNotComposed(row.composition, modules.adapters) ?? whyNotInformed(plugin.name, modules, fisher)
  return heads.map((head): PlannedRow => {
    const turned = modules.dependsOnOrder || (head === "refit" && row.memory.dependsOnOrder)
    const turns = turned ? { dependsOnOrder: true as const } : {}
    const memory = head === "refit" ? { memory: memoryText(row.memory.of) } : {}
    const about = { ...known, ...turns, ...memory, head, source: source(head) }
    if (notDefined) return { ...about, stages: [], fits: [], charged: [], notDefined }
    const evaluated = stages.map((stage) => evaluate({ builder, stream, modules, row, stage }, head))
    const last = evaluated.at(-1)
    return { ...about, stages: evaluated, fits: last?.fits ?? [], charged: last?.charged ?? [] }
  })
}

const seen = ({ stage }: At, keys: readonly string[]): readonly string[] => keys.slice(0, stage + 1)

const labelOf = ({ row, stage, stream, modules }: At, what: string): string =>
  `${what} ${row.name} · after ${stream.tasks[stage]} · ${modules.name} · seed ${modules.seed}`

const evaluate = (at: At, head: "kept" | "refit" | "none"): Evaluated => {
  const { builder, stream, modules, stage } = at
  const information = informationOf(at, askedBy(at.row.composition))
  const composed = compose(at, information)
  const charged = [composed, ...information]
  if (stream.answers) {
    const evaluation = builder.add({
      ...optionsFor("write", {
        what: "composed",
        backbone: stream.backbone,
        answers: stream.answers,
        stage,
        seed: modules.seed,
        ...lookingAhead(stream, stage),
      }),
      label: labelOf(at, "answers under"),
      inputs: { composed, blind: stream.blind },
      code: [...modules.code],
      seconds: seconds.write,
      bytes: 3e5,
    })
    return { stage, evaluation, fits: [composed], charged }
  }
  const refitted = head === "refit" ? refit(at, composed) : undefined
  const evaluation = builder.add({
    ...optionsFor("evaluate", { how: "composes", stage, seed: modules.seed }),
    label: labelOf(at, `evaluate (${head} heads)`),
    inputs: {
      encoded: encode(at, composed, "test"),
      modules: modules.at(at.stage).modules,
      head: refitted ? [refitted.head] : [],
      features: [],
    },
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
  return {
    stage,
    evaluation,
    fits: [composed, ...(refitted ? [refitted.head] : [])],
    charged: [...charged, ...(refitted ? [refitted.head, refitted.states] : [])],
  }
}

const compose = (at: At, information: readonly string[]): string => {
  const { builder, stream, modules, row, stage } = at
  return builder.add({
    ...optionsFor("compose", {
      backbone: stream.backbone,
      composition: row.composition.chosen,
      tasks: stream.tasks.slice(0, stage + 1),
      seed: modules.seed,
      ...(stream.answers ? { answers: true as const } : {}),
    }),
    label: labelOf(at, "compose"),
    inputs: {
      modules: modules.at(at.stage).modules,
      fisher: information,
      tokens: seen(at, stream.tokens),
    },
    code: [...modules.code, row.composition.code],
    seconds: seconds.mixed + seconds.encode / 10,
    bytes: 2e5,
  })
}

const encode = (at: At, composed: string, on: "test" | "memory"): string => {
  const { builder, stream, modules, row, stage } = at
  const inputs: Step["inputs"] =
    on === "test" ? { blind: stream.blind } : { tokens: seen(at, stream.tokens), memories: row.memory.at(stage) }
  return builder.add({
    ...optionsFor("encode", {
      what: "composed",
      backbone: stream.backbone,
      stage,
      on,
      seed: modules.seed,
      ...(on === "test" ? lookingAhead(stream, stage) : {}),
    }),
    label: labelOf(at, on === "test" ? "test set under" : "memory under"),
    inputs: { composed, ...inputs },
    code: [...modules.code],
    seconds: on === "test" ? seconds.encode / 2 : 0.5,
    bytes: 2e6,
  })
}

/** The joined heads, refitted on the states of the memory under the composed module. */
const refit = (at: At, composed: string): { readonly head: string; readonly states: string } => {
  const { builder, stream, modules, row } = at
  const { epochs, batch, head_learning_rate } = row.core
  const fitting: Fitting = { epochs, batch, learning_rate: head_learning_rate, head_learning_rate }
  const states = encode(at, composed, "memory")
  const head = builder.add({
    ...optionsFor("head", { fitting, seed: modules.seed, name: row.composition.plugin.name }),
    label: labelOf(at, "refit heads under"),
    inputs: {
      encoded: states,
      modules: modules.at(at.stage).modules,
      tokens: seen(at, stream.tokens),
      memories: row.memory.at(at.stage),
    },
    seconds: seconds.head,
    bytes: 3e4,
  })
  return { head, states }
}
