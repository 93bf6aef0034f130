/** Modules of groups: at every stage the modules of the tasks so far are grouped, and each group gets one, trained on all its tasks. */
import type { Spec } from "../../../dsl/spec.ts"
import type { Adapter, Grouping } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import { PlanError, type PluginShelf, type Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { coreOf, coreOptionNames } from "../options/core_options.ts"
import { optionsFor } from "../options/step_options.ts"
import type { PlannedStream } from "../stream.ts"
import { encodedUnder, type PlannedModules, type StageModules, type TrainOptions } from "./cell.ts"

export interface DeclaredGrouping {
  readonly name: string
  readonly grouping: Resolved<Grouping>
  /** The adapter whose modules are grouped. */
  readonly of: string
}

/** By name, those that an experiment lists. Rejects with PlanError or PluginError. */
export const groupingsOf = async (
  shelf: PluginShelf,
  { groupings, trains }: Spec,
  listed: readonly string[],
  train: string,
): Promise<ReadonlyMap<string, DeclaredGrouping>> => {
  const found = new Map<string, DeclaredGrouping>()
  for (const name of listed) {
    const declaration = groupings[name]
    if (!declaration) continue
    if (trains[train].earlier !== "absent")
      throw new PlanError(
        `the grouping "${name}" compares modules that know nothing of each other, and \`${train}\` trains each beside those before it`,
        "write `earlier: absent` in the train, or leave the grouping out of this experiment",
        declaration.span,
      )
    const grouping = await shelf.take<Grouping>("grouping", declaration, coreOptionNames("grouping"))
    const { of } = coreOf("grouping", declaration)
    shelf.note("grouping", name, { of })
    found.set(name, { name, grouping, of })
  }
  return found
}

/** `modules`: one a task, in the order of the stream. */
export const groupedModules = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  adapter: Resolved<Adapter>,
  { name, grouping }: DeclaredGrouping,
  train: TrainOptions,
): PlannedModules => {
  const { seed } = modules
  const known = new Map<number, StageModules>()
  const at = (stage: number): StageModules => {
    const before = known.get(stage)
    if (before) return before
    const made = retrained(builder, stream, modules, adapter, { name, grouping, stage, train })
    known.set(stage, made)
    return made
  }
  return {
    name,
    seed,
    at,
    adapters: modules.adapters,
    code: [...modules.code, grouping.code],
    only: adapter,
    dependsOnOrder: true,
    grouped: true,
  }
}

interface AtStage extends Omit<DeclaredGrouping, "of"> {
  readonly stage: number
  readonly train: TrainOptions
}

const retrained = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  adapter: Resolved<Adapter>,
  { name, grouping, stage, train }: AtStage,
): StageModules => {
  const { seed } = modules
  const { backbone } = stream
  const tasks = stream.tasks.slice(0, stage + 1)
  const apart = modules.at(stage).modules
  const group = builder.add({
    ...optionsFor("group", { backbone, grouping: grouping.chosen, tasks, seed }),
    label: `group ${name} · after ${stream.tasks[stage]} · seed ${seed}`,
    inputs: { modules: apart },
    code: [stream.code, adapter.code, grouping.code],
    seconds: seconds.group,
    bytes: 1e3,
  })
  const count = grouping.plugin.count(grouping.chosen.options, tasks.length)
  const names = Array.from({ length: count }, (_, m) => `group ${m + 1}`)
  const keys = names.map((which, m) =>
    builder.add({
      ...optionsFor("retrained", {
        backbone,
        adapter: adapter.chosen,
        train,
        seed,
        ...(stream.answers ? { head: "text" as const } : {}),
        ...(stream.scenario === "domain_incremental" ? { scenario: stream.scenario } : {}),
        group: m,
        tasks,
      }),
      label: `module ${which} of ${count} · ${name} · after ${stream.tasks[stage]} · seed ${seed}`,
      inputs: { group, modules: apart, tokens: stream.tokens.slice(0, stage + 1) },
      code: [stream.code, adapter.code],
      seconds: (((seconds.module * train.epochs) / 3) * tasks.length) / count,
      bytes: 2e5,
    }),
  )
  return {
    modules: keys,
    names,
    get encoded() {
      return keys.map((key, m) =>
        encodedUnder(builder, stream, key, {
          name: `module ${names[m]} of ${count} · ${name} · after ${stream.tasks[stage]}`,
          code: adapter.code,
          seed,
        }),
      )
    },
  }
}
