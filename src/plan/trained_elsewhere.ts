/** Modules that were trained elsewhere, as the plan has to know them: read on the backbone, so that what does not fit is an error with a place. */
import type { ModulePlace, Spec } from "../../dsl/spec.ts"
import { type Adapter, DataError } from "../plugin/index.ts"
import { folderIn, PlanError, type Resolved } from "./chosen.ts"
import type { ChosenBackbone, PlannedStream } from "./stream.ts"

/** The folder of a module in a step's options. */
export interface ModuleFolder {
  readonly location: string
  readonly directory: string
  /** Digest of its files. */
  readonly fingerprint: string
}

export interface ModuleFacts {
  /** The adapter that the module belongs to, with the options that its files say. */
  readonly adapter: Resolved<Adapter>
  readonly fingerprint: string
}

/** Loads a backbone once, and reads modules on it. Rejects with DataError where one does not fit. */
export type ModuleReader = (
  backbone: ChosenBackbone,
) => Promise<(place: Omit<ModuleFolder, "fingerprint">, declared: readonly Resolved<Adapter>[]) => Promise<ModuleFacts>>

/** What is done with a module that starts somewhere. */
export interface Start {
  /** The head at the start: fitted on the task's training texts, the module frozen; or zero. */
  readonly head: "fitted" | "fresh"
  /** Training steps; absent: those of `train`. */
  readonly steps?: number
  /** It starts from draws like any other; absent: where the step's input `start` stands. */
  readonly drawn?: true
  /** Where nothing could be carried over the step is left empty, with the reason; absent: that is an error. */
  readonly mayLack?: true
}

/** What a task gets: an adapter to train, from draws or from where a step leaves it; or a module with its adapter. */
export interface TaskModule {
  readonly adapter: Resolved<Adapter>
  readonly folder?: ModuleFolder
  readonly start?: Start & { readonly step: string }
}

/** By the name of the library, then by task. Rejects with PlanError. */
export const modulesElsewhere = async (
  { libraries }: Spec,
  names: readonly string[],
  { backbone, tasks }: PlannedStream,
  declared: readonly Resolved<Adapter>[],
  directory: string,
  reader: ModuleReader | undefined,
): Promise<ReadonlyMap<string, ReadonlyMap<string, TaskModule>>> => {
  const found = new Map<string, ReadonlyMap<string, TaskModule>>()
  let read: Awaited<ReturnType<ModuleReader>> | undefined
  for (const name of names) {
    const modules = new Map<string, TaskModule>()
    for (const [task, place] of Object.entries(libraries[name]?.moduleAt ?? {})) {
      if (!tasks.includes(task)) continue
      if (!reader) throw new Error("nobody reads modules that were trained elsewhere")
      read ??= await reader(backbone)
      modules.set(task, await located(read, place, declared, directory))
    }
    found.set(name, modules)
  }
  return found
}

const located = async (
  read: Awaited<ReturnType<ModuleReader>>,
  { location, folder, span }: ModulePlace,
  declared: readonly Resolved<Adapter>[],
  directory: string,
): Promise<TaskModule> => {
  const place = { location, directory: folderIn(directory, { folder }) }
  try {
    const { adapter, fingerprint } = await read(place, declared)
    return { adapter, folder: { ...place, fingerprint } }
  } catch (error) {
    throw error instanceof DataError || error instanceof PlanError
      ? new PlanError(error.message, error.help, span)
      : error
  }
}
