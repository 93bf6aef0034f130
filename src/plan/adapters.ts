/** The adapters of a spec: plugins with their options; those that are made of others have these in the place of their names. */
import type { Declaration, Spec } from "../../dsl/spec.ts"
import { type Adapter, assembled } from "../plugin/index.ts"
import { PluginError } from "../plugin/load.ts"
import { type Chosen, PlanError, type PluginShelf, type Resolved } from "./chosen.ts"
import { sha256 } from "./key.ts"
import type { Json } from "./step.ts"

/** By name. Rejects with PlanError or PluginError. */
export const adaptersOf = async (
  shelf: PluginShelf,
  { adapters }: Pick<Spec, "adapters">,
): Promise<ReadonlyMap<string, Resolved<Adapter>>> => {
  const found = new Map<string, Resolved<Adapter>>()
  /** `within`: what the adapter is a part of. */
  const resolve = async (name: string, within: readonly string[]): Promise<Resolved<Adapter>> => {
    const known = found.get(name)
    if (known) return known
    const declaration = adapters[name]
    if (within.includes(name))
      throw new PlanError(
        `the adapter "${name}" is made of itself: ${[...within, name].join(", of ")}`,
        "leave it out of one of them",
        declaration.span,
      )
    const resolved = await whole(shelf, declaration, (part) => resolve(part, [...within, name]))
    found.set(name, resolved)
    return resolved
  }
  for (const name of Object.keys(adapters)) await resolve(name, [])
  return found
}

const whole = async (
  shelf: PluginShelf,
  declaration: Declaration,
  partNamed: (name: string) => Promise<Resolved<Adapter>>,
): Promise<Resolved<Adapter>> => {
  const resolved = await shelf.take<Adapter>("adapter", declaration)
  const { plugin, chosen, code } = resolved
  const { madeOf } = plugin
  if (madeOf === undefined) return resolved
  const options = chosen.options as Readonly<Record<string, Json>>
  const parts: Resolved<Adapter>[] = []
  const names = options[madeOf]
  if (!Array.isArray(names))
    throw new PluginError(
      `the adapter ${plugin.name} says that it is made of what its option \`${madeOf}\` lists, and that is no list`,
      "give it the type Members",
    )
  for (const name of names as readonly string[]) parts.push(await partNamed(name))
  const filled = (of: readonly Chosen[]): Json => ({ ...options, [madeOf]: of as unknown as Json })
  const all = parts.map((part) => part.chosen)
  shelf.note("adapter", declaration.name, { options: filled(all.map(withoutFile)) })
  return {
    plugin: assembled(
      plugin,
      parts.map((part) => ({ adapter: part.plugin, options: part.chosen.options })),
    ),
    chosen: { ...chosen, options: filled(all) },
    code: sha256([code, ...parts.map((part) => part.code)].join("\n")),
  }
}

/** What was chosen as a report may tell it: without the places of files, whatever it is made of. */
export const withoutFile = ({ plugin, options }: Chosen): Chosen => ({ plugin, options: toldOptions(options) })

/** Options without the places of the files that plugins in them come from. */
export const toldOptions = (options: Json): Json =>
  Object.fromEntries(
    Object.entries(options as Readonly<Record<string, Json>>).map(([name, value]) => [
      name,
      Array.isArray(value) && value.length > 0 && value.every(isChosen) ? value.map(withoutFile) : value,
    ]),
  ) as Json

const isChosen = (value: unknown): value is Chosen =>
  typeof value === "object" && value !== null && "plugin" in value && "options" in value
