/** Fisher information of the modules of a row that asks for it: a step for each module, whatever the stage and the row. */
import { FISHER, written } from "../../plugin/checked_strategy.ts"
import type { Composition, FisherOptions, Router } from "../../plugin/index.ts"
import { PluginError } from "../../plugin/load.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { optionsFor } from "../options/step_options.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"

interface At {
  readonly builder: StepBuilder
  readonly stream: PlannedStream
  readonly modules: PlannedModules
  readonly stage: number
}

/** What a row asks for; nothing where it does not ask. Throws PluginError. */
export const askedBy = ({ plugin, chosen }: Resolved<Router> | Resolved<Composition>): FisherOptions | undefined => {
  const { kind, name, fisher } = plugin
  if (!fisher) return undefined
  const asked: unknown = fisher(chosen.options)
  if (FISHER.is(asked)) return asked as FisherOptions
  throw new PluginError(
    `the ${kind} "${name}" can't be carried out: its \`fisher\` gives ${written(asked)}`,
    FISHER.help,
  )
}

/** Of each module so far, on training texts of its task. None where a row does not ask. */
export const informationOf = (
  { builder, stream, modules, stage }: At,
  asked: FisherOptions | undefined,
): readonly string[] => {
  if (!asked) return []
  return modules.at(stage).modules.map((module, t) =>
    builder.add({
      ...optionsFor("fisher", { backbone: stream.backbone, ...asked, task: stream.tasks[t], seed: modules.seed }),
      label: `Fisher information of ${stream.tasks[t]} · ${modules.name} · seed ${modules.seed}`,
      inputs: { module, tokens: stream.tokens[t] },
      code: [stream.code, modules.adapters[t].code],
      seconds: seconds.fit,
      bytes: 2e5,
    }),
  )
}

/** Why it can't be found; nothing where it can. */
export const whyNotInformed = (
  plugin: string,
  { grouped }: Pick<PlannedModules, "grouped">,
  asked: FisherOptions | undefined,
): string | undefined =>
  asked && grouped
    ? `${plugin} reads the Fisher information of a module on its one task, and these serve groups of tasks`
    : undefined
