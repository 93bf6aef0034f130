/** The tasks of a data declaration, where the host can tell. */
import { checkSettings } from "../options/options.ts"
import type { Declaration } from "../spec.ts"
import type { Document } from "./document.ts"

export const tasksOf = (data: string, document: Document): readonly string[] | undefined => {
  const declaration = dataOf(data, document)
  return declaration && document.host.tasksOf?.(declaration)
}

/** All data declarations of a file, as far as they can be read: what a host may look up beforehand. */
export const dataIn = (document: Document): readonly Declaration[] =>
  document.scope.namesOf("data").flatMap((name) => dataOf(name, document) ?? [])

const dataOf = (name: string, { scope, resolve, program }: Document): Declaration | undefined => {
  const node = scope.declared.get(name)
  if (node?.kind !== "data") return undefined
  const { plugin, entry, location, settings } = resolve(node)
  if (!plugin) return undefined
  const all = [...settings.values()]
  const options = checkSettings(all, entry?.options ?? {}, "", { scope, report: () => {} })
  const folder = program.folder((location ?? node).span.file)
  return {
    name,
    plugin,
    ...(location && { location: location.text }),
    ...(folder !== "" && { folder }),
    options: Object.fromEntries(options),
    span: node.span,
    optionSpans: {},
  }
}
