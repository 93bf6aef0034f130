/** The options of the block around a place, with the one that is being written. */
import type { JsonSchema } from "../vocabulary.ts"
import { recordAt } from "./completion/option.ts"
import type { Document } from "./document.ts"
import { plainText } from "./effective.ts"
import { wordsIn } from "./expectation.ts"
import { schemaOf } from "./marks.ts"
import { optionPage } from "./page.ts"
import { placeAt } from "./place.ts"

export interface Signature {
  /** `lora { rank: 8, alpha: 16, targets: [...] }` */
  readonly label: string
  readonly documentation: string
  readonly options: readonly { readonly start: number; readonly end: number; readonly documentation: string }[]
  /** Which of them; undefined before one is chosen. */
  readonly active?: number
}

export const signatureAt = (document: Document, offset: number): Signature | undefined => {
  const { slot, declaration, kind, written } = placeAt(document, offset)
  if (!declaration || !kind || (slot.at !== "option" && slot.at !== "value")) return undefined
  const path = slot.at === "value" ? slot.path.slice(0, -1) : slot.path
  const schema = recordAt(schemaOf(declaration, document), path)
  const properties = Object.entries(schema?.properties ?? {})
  if (properties.length === 0) return undefined
  const { plugin, entry } = document.resolve(declaration)
  const owner = path.length > 0 ? path[path.length - 1] : (plugin?.name ?? kind)
  let label = `${owner} { `
  const options = properties.map(([name, option], i) => {
    if (i > 0) label += ", "
    const start = label.length
    label += `${name}: ${shortly(option)}`
    return {
      start,
      end: label.length,
      documentation: optionPage(name, option, schema?.required?.includes(name) ?? false),
    }
  })
  const chosen = slot.at === "value" ? slot.path[slot.path.length - 1] : written
  const active = properties.findIndex(([name]) => name === chosen)
  return {
    label: `${label} }`,
    documentation: path.length === 0 ? (entry?.summary ?? "") : (schema?.description ?? ""),
    options,
    ...(active >= 0 && { active }),
  }
}

/** The default, the words, or what kind of value it takes. */
const shortly = (schema: JsonSchema): string => {
  if (schema.default !== undefined) return plainText(schema.default)
  if (schema.reference) return schema.reference
  const words = wordsIn(schema)
  return words.length > 0 ? words.join("|") : String(schema.type ?? "...")
}
