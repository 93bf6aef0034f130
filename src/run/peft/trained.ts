/** A trained module of a plan, out of the store, with the network that it was trained on. */
import { isDeepStrictEqual } from "node:util"
import type { Network } from "../../model/encoder.ts"
import type { TrainedModule } from "../../model/library.ts"
import { toldOptions } from "../../plan/adapters.ts"
import type { Chosen } from "../../plan/chosen.ts"
import type { ImportedOptions, ModuleOptions } from "../../plan/options/step_options.ts"
import type { Plan } from "../../plan/plan.ts"
import type { Step } from "../../plan/step.ts"
import type { ChosenBackbone } from "../../plan/stream.ts"
import { type Backbone, DataError, type Plugin, type PluginKind } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { libraryFrom } from "../steps/given.ts"
import { openStore } from "../store/index.ts"

/** What tells the modules of a plan apart. */
export interface ModuleName {
  readonly task: string
  readonly adapter: string
  readonly seed: number
}

export interface FromStore {
  readonly network: Network
  readonly module: TrainedModule
  /** Classes of the head. */
  readonly labels: readonly string[]
  /** The backbone as the spec names it. */
  readonly base: string
  readonly chosen: ChosenBackbone
}

/** Modules of a plan with their names; those of mixed libraries are named after their adapter, those that were trained elsewhere after their folder. */
export const modulesOf = (plan: Plan): readonly (readonly [ModuleName, Step])[] => {
  const { plugins } = plan.effective as unknown as { readonly plugins: Readonly<Record<string, Chosen>> }
  const declared = Object.entries(plugins).filter(([key]) => key.startsWith("adapter "))
  return plan.steps
    .filter(({ kind }) => kind === "module" || kind === "imported")
    .flatMap((step) => {
      if (step.kind === "imported") {
        const { task, seed, folder } = step.options as unknown as ImportedOptions
        return [[{ task, adapter: folder.location, seed }, step] as const]
      }
      const { task, seed, adapter } = step.options as unknown as ModuleOptions
      return declared
        .filter(
          ([, { plugin, options }]) =>
            plugin.split(".").at(-1) === adapter.plugin && isDeepStrictEqual(options, toldOptions(adapter.options)),
        )
        .map(([key]) => [{ task, adapter: key.slice("adapter ".length), seed }, step] as const)
    })
}

/** Rejects with DataError where the store does not have it. */
export const trainedModule = async (
  step: Step,
  { task, adapter, seed }: ModuleName,
  folder: string,
): Promise<FromStore> => {
  const store = openStore(folder)
  if (!store.has(step.key))
    throw new DataError(
      `the module of task "${task}" with the adapter ${adapter} and seed ${seed} is not trained yet: the store ${folder} does not have it`,
      "train it with `l2r run` and the same spec, store and flags",
    )
  const { backbone: chosen } = step.options as unknown as ModuleOptions
  const backbone = (await loadPlugin("backbone", chosen.plugin, chosen.from)) as Backbone
  const checkpoint = await backbone.load(chosen.location, chosen.options, { directory: chosen.directory })
  const plugin = <P extends Plugin>(kind: PluginKind, name: string, from?: string) =>
    loadPlugin(kind, name, from) as Promise<P>
  const [module] = await libraryFrom({ plugin }, [store.read(step.key)])
  const { labels } = store.read(step.inputs.tokens as string).json as { labels: readonly string[] }
  return { network: { backbone, checkpoint }, module, labels, base: chosen.location, chosen }
}
