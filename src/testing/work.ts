/** Steps in memory: what a performer sees, without plan and store. */

import type { Network } from "../model/encoder.ts"
import type { Artifact, Json, StepKind } from "../plan/step.ts"
import type { Engine, Plugin } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { performers } from "../run/steps/index.ts"
import type { Work } from "../run/work.ts"

export type Inputs = Readonly<Record<string, Artifact | readonly Artifact[]>>

export interface Bench {
  readonly network: Network
  readonly engine: Engine
  /** Further networks, by the fingerprint under which steps find them. */
  readonly others?: Readonly<Record<string, Network>>
  /** Plugins under test; others are those that ship. */
  readonly plugins?: readonly Plugin[]
}

/** The name under which steps of a bench find its network. */
export const backbone = { plugin: "toy", options: {}, location: "", directory: "", fingerprint: "" }

/** What a step sees. */
export const workOf = (
  { network, engine, others = {}, plugins = [] }: Bench,
  options: object,
  inputs: Inputs,
): Work => {
  const inputsOf = (name: string): readonly Artifact[] => {
    const found = inputs[name]
    if (found === undefined) throw new Error(`the step has no input "${name}"`)
    return Array.isArray(found) ? found : [found as Artifact]
  }
  return {
    options: options as Json,
    inputs: inputsOf,
    input: (name) => inputsOf(name)[0],
    progress: () => {},
    warn: () => {},
    plugin: (async (kind, name) =>
      plugins.find((plugin) => plugin.kind === kind && plugin.name === name) ??
      (await loadPlugin(kind, name))) as Work["plugin"],
    engine: async () => engine,
    profile: { backend: "toy", version: "0", provider: "cpu", precision: "float64", threads: 1 },
    halfway: { every: Number.POSITIVE_INFINITY, read: () => undefined, write: () => {} },
    cached: (key, make) =>
      key.startsWith("network ") ? Promise.resolve((others[key.split(" ")[2]] ?? network) as never) : make(),
  }
}

/** Performs one step of some kind on given inputs. */
export const perform = (bench: Bench, kind: StepKind, options: object, inputs: Inputs): Promise<Artifact> =>
  performers[kind](workOf(bench, options, inputs))
