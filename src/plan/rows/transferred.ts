/** Modules that start where those of another backbone stand: each task's is trained there, carried over, and trained on here. */
import type { Spec } from "../../../dsl/spec.ts"
import type { Adapter, Transfer } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import { PlanError, type PluginShelf, type Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { coreOf, coreOptionNames } from "../options/core_options.ts"
import { optionsFor } from "../options/step_options.ts"
import type { TransferOptions } from "../options/transfer_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { TaskModule } from "../trained_elsewhere.ts"
import { planModules, type TrainOptions, trainOptions } from "./cell.ts"

export interface DeclaredTransfer {
  readonly name: string
  readonly transfer: Resolved<Transfer>
  readonly core: TransferOptions
  /** How modules are trained on the source. */
  readonly train: TrainOptions
  /** The experiment's stream on the source. */
  readonly source: PlannedStream
}

/** By name, those that an experiment lists; `streamOn` plans its stream on a backbone. Rejects with PlanError or PluginError. */
export const transfersOf = async (
  shelf: PluginShelf,
  spec: Spec,
  listed: readonly string[],
  train: string,
  streamOn: (backbone: string) => Promise<PlannedStream>,
): Promise<ReadonlyMap<string, DeclaredTransfer>> => {
  const found = new Map<string, DeclaredTransfer>()
  for (const name of listed) {
    const declaration = spec.transfers[name]
    if (!declaration) continue
    const core = coreOf("transfer", declaration)
    const trains = [train, ...(core.train === undefined ? [] : [core.train])]
    const beside = trains.find((one) => spec.trains[one].earlier !== "absent")
    if (beside !== undefined)
      throw new PlanError(
        `the transfer "${name}" carries each task's module alone, and \`${beside}\` trains each beside those before it`,
        "write `earlier: absent` in the train, or leave the transfer out of this experiment",
        declaration.span,
      )
    const transfer = await shelf.take<Transfer>("transfer", declaration, coreOptionNames("transfer"))
    shelf.note("transfer", name, { carries: { ...core } as unknown as Json })
    const how = trainOptions(spec.trains[core.train ?? train])
    found.set(name, { name, transfer, core, train: how, source: await streamOn(core.from) })
  }
  return found
}

/** What each task of the stream gets. */
export const transferredModules = (
  builder: StepBuilder,
  stream: PlannedStream,
  adapter: Resolved<Adapter>,
  declared: DeclaredTransfer,
  seed: number,
): ((task: string) => TaskModule) => {
  const { core, train, source } = declared
  const trained = planModules(builder, source, () => ({ adapter }), `${core.of} on ${core.from}`, train, seed)
  const { modules } = trained.at(stream.tasks.length - 1)
  return (task) => {
    const t = stream.tasks.indexOf(task)
    const step = portStep(builder, adapter, declared, {
      target: stream,
      module: modules[t],
      tokens: stream.tokens[t],
      sourceTokens: source.tokens[t],
      label: `carry ${task} · ${declared.name} · seed ${seed}`,
    })
    const { steps, head } = core
    return { adapter, start: { step, head, ...(steps === "as_trained" ? {} : { steps }) } }
  }
}

interface Carried {
  readonly target: PlannedStream
  readonly module: string
  /** The task's texts on the target and on the source. */
  readonly tokens: string
  readonly sourceTokens: string
  readonly label: string
}

/** The step that carries a module over. */
export const portStep = (
  builder: StepBuilder,
  adapter: Resolved<Adapter>,
  { transfer, source }: DeclaredTransfer,
  { target, module, tokens, sourceTokens, label }: Carried,
): string =>
  builder.add({
    ...optionsFor("port", {
      how: "ported",
      backbone: target.backbone,
      source: source.backbone,
      adapter: adapter.chosen,
      transfer: transfer.chosen,
    }),
    label,
    inputs: { module, ...(transfer.plugin.texts ? { tokens, sourceTokens } : {}) },
    code: [target.code, source.code, adapter.code, transfer.code],
    seconds: transfer.plugin.texts ? seconds.encode : seconds.mixed,
    bytes: 2e5,
  })
