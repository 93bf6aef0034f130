/** One cell of an experiment: a backbone, a stream in one order, one adapter (or mixed library), one seed. Modules are planned once and serve every row. */
import type { Spec, Train } from "../../../dsl/spec.ts"
import type { Adapter } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import { PlanError, type Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { optionsFor } from "../options/step_options.ts"
import type { PlannedStream } from "../stream.ts"
import type { Start, TaskModule } from "../trained_elsewhere.ts"

/** The modules after a task. */
export interface StageModules {
  readonly modules: readonly string[]
  /** For people: the task of each, or its group. */
  readonly names: readonly string[]
  /** States of the whole mixed test set under each module alone, or its answers: shared by all selecting rows. They come into the plan where they are asked for. */
  readonly encoded: readonly string[]
}

export interface PlannedModules {
  /** Name of the adapter, library or grouping. */
  readonly name: string
  readonly seed: number
  readonly at: (stage: number) => StageModules
  /** Of each task. */
  readonly adapters: readonly Resolved<Adapter>[]
  /** Digests of the adapters' code. */
  readonly code: readonly string[]
  /** One adapter for all tasks; absent in a mixed library. */
  readonly only?: Resolved<Adapter>
  /** In another order they are others: each was trained beside those before it, or they are grouped anew. */
  readonly dependsOnOrder?: true
  /** A module serves several tasks, at each stage others: which, the run finds out. */
  readonly grouped?: true
}

export interface TrainOptions extends Omit<Train, "name" | "span"> {}

export const trainOptions = ({ name: _n, span: _s, ...options }: Train): TrainOptions => options

export const planModules = (
  builder: StepBuilder,
  stream: PlannedStream,
  moduleOf: (task: string) => TaskModule,
  name: string,
  train: TrainOptions,
  seed: number,
): PlannedModules => {
  const chosen = stream.tasks.map(moduleOf)
  const adapters = chosen.map(({ adapter }) => adapter)
  const modules: string[] = []
  stream.tokens.forEach((tokens, t) => {
    const { folder, start } = chosen[t]
    const options = {
      backbone: stream.backbone,
      adapter: adapters[t].chosen,
      train,
      task: stream.tasks[t],
      seed,
      ...(stream.answers ? { head: "text" as const } : {}),
      ...(start ? { start: withoutStep(start) } : {}),
    }
    const module = builder.add({
      ...(folder ? optionsFor("imported", { ...options, folder }) : optionsFor("module", options)),
      label: `module ${stream.tasks[t]} · ${folder ? folder.location : name} · seed ${seed}`,
      inputs: {
        tokens,
        ...(start ? { start: start.step } : {}),
        ...(train.earlier === "absent" || folder ? {} : { earlier: [...modules] }),
      },
      code: [stream.code, adapters[t].code],
      seconds: folder ? seconds.encode : (seconds.module * train.epochs) / 3,
      bytes: 2e5,
    })
    modules.push(module)
  })
  return {
    name,
    seed,
    adapters,
    code: [stream.code, ...new Set(adapters.map(({ code }) => code))],
    ...(train.earlier === "absent" ? {} : { dependsOnOrder: true as const }),
    ...(new Set(adapters.map(({ chosen }) => JSON.stringify(chosen))).size === 1 ? { only: adapters[0] } : {}),
    at: (stage) => ({
      modules: modules.slice(0, stage + 1),
      names: stream.tasks.slice(0, stage + 1),
      get encoded() {
        const all = modules.map((module, t) =>
          encodedUnder(builder, stream, module, {
            name: `module ${stream.tasks[t]} · ${name}`,
            code: adapters[t].code,
            seed,
          }),
        )
        return all.slice(0, stage + 1)
      },
    }),
  }
}

/** Where boundaries are unknown no task has a module: rows share one of the adapter. Throws PlanError where what is named is no adapter. */
export const withoutModules = (
  spec: Spec,
  { code }: PlannedStream,
  name: string,
  adapters: ReadonlyMap<string, Resolved<Adapter>>,
  seed: number,
): PlannedModules => {
  const only = adapters.get(name)
  if (!only)
    throw new PlanError(
      `"${name}" has a module for each task, and the boundaries of the stream are unknown`,
      "list an adapter: one module of it is trained along the sequence",
      (spec.libraries[name] ?? spec.groupings[name] ?? spec.transfers[name])?.span,
    )
  const at = (): never => {
    throw new Error("no task has a module where boundaries are unknown")
  }
  return { name, seed, adapters: [only], code: [code, only.code], only, at }
}

const withoutStep = ({ step: _, ...start }: NonNullable<TaskModule["start"]>): Start => start

/** The whole mixed test set under a module alone: its states, or its answers. */
export const encodedUnder = (
  builder: StepBuilder,
  { backbone, answers, blind, code: backboneCode }: PlannedStream,
  module: string,
  { name, code, seed }: { readonly name: string; readonly code: string; readonly seed: number },
): string =>
  builder.add({
    ...(answers
      ? optionsFor("write", { what: "module", backbone, answers, seed })
      : optionsFor("encode", { what: "module", backbone, seed })),
    label: `test set under ${name} · seed ${seed}`,
    inputs: { module, blind },
    code: [backboneCode, code],
    seconds: answers ? seconds.write : seconds.encode,
    bytes: answers ? 2e5 : 2e6,
  })

/** What each task gets: the same adapter for all, or what a mixed library says. */
export const moduleChooser = (
  spec: Spec,
  name: string,
  resolved: ReadonlyMap<string, Resolved<Adapter>>,
  elsewhere: ReadonlyMap<string, TaskModule>,
): ((task: string) => TaskModule) => {
  const library = spec.libraries[name]
  return (task) => {
    const module = elsewhere.get(task)
    if (module) return module
    const adapter = resolved.get(library ? library.adapterOf[task] : name)
    if (!adapter) throw new Error(`no adapter for the task "${task}" in "${name}"`)
    return { adapter }
  }
}
