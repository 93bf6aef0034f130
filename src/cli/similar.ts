/** `l2r module similar`: the modules of a spec's library that are most like one of them, or like that of a PEFT folder. */
import { DataError } from "../plugin/index.ts"
import type { FromStore, ModuleName } from "../run/peft/trained.ts"
import type { Compared } from "../run/similar.ts"
import { atPlace, checkedSpec } from "./checked.ts"
import { columns } from "./columns.ts"
import { planFlags } from "./extent.ts"
import { chosenModule, type Named, narrowed } from "./module_names.ts"
import { wholeNumber } from "./numbers.ts"
import { saidIn } from "./said.ts"
import { type Flags, UsageError } from "./verb.ts"

interface Found extends ModuleName {
  /** Cosine of the angle between the two, or why there is none. */
  readonly similarity?: number
  readonly reason?: string
}

export const similar = async (file: string, task: string | undefined, flags: Flags): Promise<number> => {
  const { folder } = flags
  if ((task === undefined) === (typeof folder !== "string"))
    throw new UsageError("module similar needs a spec, and a task or the folder of a module: --folder DIR")
  const seed = wholeNumber("seed", flags.seed, 0)
  const { source, spec } = await checkedSpec(file, saidIn(flags))
  if (!spec) return 1
  const [{ plan }, { modulesOf, trainedModule }, { similarity }] = await Promise.all([
    import("../planned.ts"),
    import("../run/peft/trained.ts"),
    import("../run/similar.ts"),
  ])
  try {
    const all = modulesOf(await plan(spec, source, planFlags(flags)))
    const read = new Map<string, FromStore | string>()
    for (const [name, step] of all)
      if (!read.has(step.key)) read.set(step.key, await trainedModule(step, name, String(flags.store)).catch(untrained))
    const known = [...read.values()].find((one) => typeof one !== "string")
    if (!known)
      throw new DataError(
        `the store ${flags.store} has no module of ${file} yet`,
        "train them with `l2r run` and the same spec, store and flags",
      )
    const one =
      task === undefined
        ? { of: String(folder), base: known.base, module: await moduleIn(String(folder), known) }
        : fromLibrary(chosenModule(all, task, flags.adapter, seed), read)
    const others = task === undefined ? narrowed(narrowed(all, "adapter", flags.adapter), "seed", seed) : all
    const found = others
      .filter(([, { key }]) => read.get(key) !== one.module)
      .map(([{ task, adapter, seed }, { key }]): Found => {
        const other = read.get(key)!
        if (typeof other === "string") return { task, adapter, seed, reason: other }
        const against = "network" in one.module ? one.module.module : one.module
        if (other.base !== one.base) return { task, adapter, seed, reason: `another backbone: ${other.base}` }
        const near = similarity(known.network, against, other.module)
        return typeof near === "number"
          ? { task, adapter, seed, similarity: Math.round(near * 1e6) / 1e6 }
          : { task, adapter, seed, reason: near }
      })
      .sort((a, b) => (b.similarity ?? -2) - (a.similarity ?? -2))
    process.stdout.write(
      flags.json ? `${JSON.stringify({ module: one.of, similar: found }, null, 2)}\n` : page(one.of, found),
    )
    return 0
  } catch (error) {
    const rest = atPlace(error, source)
    if (rest !== undefined) throw rest
    return 1
  }
}

const untrained = (error: unknown): string => {
  if (error instanceof DataError && /not trained yet/.test(error.message)) return "not trained yet"
  throw error
}

interface One {
  readonly of: string
  readonly base: string
  readonly module: FromStore | Compared
}

/** Throws DataError where it is not in the store. */
const fromLibrary = (
  [{ task, adapter, seed }, { key }]: Named<{ readonly key: string }>[number],
  read: ReadonlyMap<string, FromStore | string>,
): One => {
  const of = `${task}, ${adapter}, seed ${seed}`
  const module = read.get(key)!
  if (typeof module === "string")
    throw new DataError(`the module ${of} is ${module}`, "train it with `l2r run` and the same spec, store and flags")
  return { of, base: module.base, module }
}

/** The module of a PEFT folder, put on the backbone of the library. Rejects with DataError. */
const moduleIn = async (location: string, { network, base }: FromStore): Promise<Compared> => {
  const [{ readPeft }, { loadPlugin }, { shipped }] = await Promise.all([
    import("../run/peft/read.ts"),
    import("../plugin/load.ts"),
    import("../plugin/registry.ts"),
  ])
  const adapters = await Promise.all(shipped("adapter").map(({ name }) => loadPlugin("adapter", name)))
  return readPeft(network, { location, directory: process.cwd(), base, adapters: adapters as never })
}

const page = (of: string, found: readonly Found[]): string => {
  const near = found.filter(({ reason }) => reason === undefined)
  const rest = found.filter(({ reason }) => reason !== undefined)
  const named = ({ task, adapter, seed }: Found) => [task, adapter, `seed ${seed}`]
  return [
    `Cosine similarity to ${of}`,
    ...columns(near.map((one) => [one.similarity!.toFixed(4).padStart(7), ...named(one)])),
    ...(near.length === 0 ? ["  no module can be compared"] : []),
    ...(rest.length > 0 ? ["Not compared", ...columns(rest.map((one) => [...named(one), one.reason!]))] : []),
    "",
  ].join("\n")
}
