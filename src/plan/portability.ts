/**
 * The plan of a portability: modules of tasks are trained on the backbone of a transfer, carried to another, and trained on there
 * for budgets of steps; beside them fresh ones, and numbers drawn like theirs. One step of scores for each transfer, backbone and
 * stream of sources.
 */
import type { Portability, Spec } from "../../dsl/spec.ts"
import type { PortabilityPlace } from "../learning/index.ts"
import type { Adapter } from "../plugin/index.ts"
import { adaptersOf } from "./adapters.ts"
import type { StepBuilder } from "./builder.ts"
import { PlanError, type PluginShelf, type Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import { optionsFor, type PortabilityOptions } from "./options/step_options.ts"
import { encodedUnder, planModules, type TrainOptions, trainOptions } from "./rows/cell.ts"
import { type DeclaredTransfer, portStep, transfersOf } from "./rows/transferred.ts"
import type { PlannedStream } from "./stream.ts"

type StartName = PortabilityOptions["entries"][number]["start"]

export interface PlannedPortability extends PortabilityPlace {
  /** The declaration as it is written, where this is a variant of it: they share one correction. */
  readonly family: string
  readonly entries: PortabilityOptions["entries"]
  readonly scores: string
  readonly planned: PlannedStream
}

/** A stream on a backbone, by their names. */
export type StreamOn = (stream: string, backbone: string) => Promise<PlannedStream>

/** Rejects with PlanError, PluginError or DataError. */
export const planPortability = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  declared: Portability,
  streamOn: StreamOn,
): Promise<readonly PlannedPortability[]> => {
  const adapters = await adaptersOf(shelf, spec)
  const train = trainOptions(spec.trains[declared.train])
  const found: PlannedPortability[] = []
  for (const source of declared.sources) {
    const transfers = await transfersOf(shelf, spec, declared.transfers, declared.train, (from) =>
      streamOn(source, from),
    )
    for (const transfer of transfers.values())
      for (const on of declared.on) {
        const given = {
          transfer,
          adapter: adapters.get(transfer.core.of)!,
          train,
          target: await streamOn(declared.stream, on),
          /** The texts that both backbones read. */
          read: await streamOn(declared.stream, transfer.core.from),
        }
        found.push(planCell(builder, declared, source, on, given))
      }
  }
  return found
}

interface Given {
  readonly transfer: DeclaredTransfer
  readonly adapter: Resolved<Adapter>
  readonly train: TrainOptions
  readonly target: PlannedStream
  readonly read: PlannedStream
}

const planCell = (
  builder: StepBuilder,
  declared: Portability,
  source: string,
  on: string,
  given: Given,
): PlannedPortability => {
  const { transfer, adapter, train, target, read } = given
  const tasks = pairedTasks(declared, source, transfer.source.tasks, target.tasks)
  const starts: readonly StartName[] = ["ported", ...declared.against]
  const what = `${transfer.name} · ${source} to ${declared.stream} on ${on}`
  const entries: PortabilityOptions["entries"][number][] = []
  const [modules, encoded]: [string[], string[]] = [[], []]
  const truth = target.datasets.map((dataset) =>
    builder.add({
      kind: "truth",
      label: "labels of one task",
      options: {},
      inputs: { dataset: [dataset] },
      seconds: seconds.mixed,
      bytes: 1e4,
    }),
  )
  const blind = target.tokens.map((tokens) =>
    builder.add({
      kind: "blind",
      label: "test set of one task",
      options: {},
      inputs: { tokens: [tokens] },
      seconds: seconds.mixed,
      bytes: 5e4,
    }),
  )
  for (const seed of declared.seeds) {
    const trained = planModules(
      builder,
      transfer.source,
      () => ({ adapter }),
      `${transfer.core.of} on ${transfer.core.from}`,
      transfer.train,
      seed,
    ).at(transfer.source.tasks.length - 1).modules
    tasks.forEach(({ task, from }, t) => {
      const ported = portStep(builder, adapter, transfer, {
        target,
        module: trained[transfer.source.tasks.indexOf(from)],
        tokens: target.tokens[t],
        sourceTokens: read.tokens[t],
        label: `carry ${from} to ${task} · ${what} · seed ${seed}`,
      })
      for (const start of starts) {
        const begins =
          start === "scratch"
            ? undefined
            : start === "ported"
              ? ported
              : redrawn(builder, given, start, ported, task, seed)
        for (const steps of declared.steps) {
          const module = builder.add({
            ...optionsFor("module", {
              backbone: target.backbone,
              adapter: adapter.chosen,
              train,
              task,
              seed,
              start: {
                head: transfer.core.head,
                steps,
                mayLack: true,
                ...(begins === undefined ? { drawn: true as const } : {}),
              },
            }),
            label: `module ${task} · ${start} · ${steps} steps · ${what} · seed ${seed}`,
            inputs: { tokens: target.tokens[t], ...(begins === undefined ? {} : { start: begins }) },
            code: [target.code, adapter.code],
            seconds: seconds.encode + (seconds.module * steps) / 100,
            bytes: 2e5,
          })
          entries.push({ start, steps, task: t, seed })
          modules.push(module)
          encoded.push(
            encodedUnder(builder, { ...target, blind: blind[t] }, module, {
              name: `module ${task} · ${start} · ${steps} steps · ${what}`,
              code: adapter.code,
              seed,
            }),
          )
        }
      }
    })
  }
  return {
    portability: declared.name,
    family: declared.variantOf ?? declared.name,
    transfer: transfer.name,
    plugin: transfer.transfer.plugin.name,
    of: transfer.core.of,
    from: transfer.core.from,
    on,
    source,
    stream: declared.stream,
    tasks,
    entries,
    steps: declared.steps,
    starts,
    seeds: declared.seeds,
    planned: target,
    scores: builder.add({
      ...optionsFor("portability", { entries }),
      label: `portability ${declared.name} · ${what}`,
      inputs: { encoded, modules, truth },
      seconds: seconds.mixed,
      bytes: 1e4,
    }),
  }
}

const redrawn = (
  builder: StepBuilder,
  { target, adapter }: Given,
  how: "resampled" | "permuted",
  ported: string,
  task: string,
  seed: number,
): string =>
  builder.add({
    ...optionsFor("port", { how, backbone: target.backbone, adapter: adapter.chosen, task, seed }),
    label: `${how} ${task} · seed ${seed}`,
    inputs: { module: ported },
    code: [target.code, adapter.code],
    seconds: seconds.mixed,
    bytes: 2e5,
  })

/** Throws PlanError where there are neither as many sources as tasks, nor one for all. */
const pairedTasks = (
  { name, stream, span }: Portability,
  source: string,
  sources: readonly string[],
  tasks: readonly string[],
): PlannedPortability["tasks"] => {
  if (sources.length !== tasks.length && sources.length !== 1)
    throw new PlanError(
      `\`${name}\` carries modules of the ${tasksOf(sources)} of \`${source}\` to the ${tasksOf(tasks)} of \`${stream}\``,
      "give the stream of sources as many tasks, one for each in its order, or a single one for all",
      span,
    )
  return tasks.map((task, t) => ({ task, from: sources[sources.length === 1 ? 0 : t] }))
}

const tasksOf = ({ length }: readonly unknown[]): string => `${length} task${length === 1 ? "" : "s"}`
