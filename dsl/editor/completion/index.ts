/** What may be written at a place, with documentation and snippets. */

import type { Document } from "../document.ts"
import { type Place, placeAt } from "../place.ts"
import { completeLine, completeName } from "./line.ts"
import { completeOption } from "./option.ts"
import { completePlugin } from "./plugin.ts"
import { type Completion, type Proposal, plain } from "./proposal.ts"
import { completeRow, metricWords } from "./row.ts"
import { completeValue } from "./value.ts"

export type { Completion } from "./proposal.ts"

/** In the order in which they are best shown. */
export const completionsAt = (document: Document, offset: number): readonly Completion[] => {
  const place = placeAt(document, offset)
  const seen = new Set<string>()
  return proposals(place, document).flatMap((proposal) => {
    if (seen.has(proposal.label)) return []
    seen.add(proposal.label)
    return [{ ...proposal, insert: proposal.insert ?? plain(proposal.label), start: place.start, end: place.end }]
  })
}

const proposals = (place: Place, document: Document): readonly Proposal[] => {
  const { slot } = place
  switch (slot.at) {
    case "line":
      return completeLine(document, place)
    case "name":
      return place.kind ? [completeName(place.kind, document)] : []
    case "named":
    case "plugin":
    case "after plugin":
      return completePlugin(slot, place, document)
    case "option":
      return completeOption(slot, place, document)
    case "value":
      return completeValue(slot, place, document)
    case "row":
    case "head":
      return completeRow(slot, place, document)
    case "metric":
      return metricWords(place, document)
    case "keyword":
      return slot.words.map((label) => ({ label, kind: "keyword", insert: label === "1" ? label : `${label} ` }))
    case "text":
      return textual(slot.of, place, document)
    default:
      return []
  }
}

/** Places that a text may name: files, folders, checkpoints that ship. */
const textual = (
  of: "use" | "import" | "location",
  { kind, written, within }: Place,
  { host }: Document,
): Proposal[] => {
  const wanted = of === "location" ? (kind === "backbone" || kind === "data" ? kind : undefined) : of
  if (!wanted) return []
  const found = host.places?.(wanted, written) ?? []
  if (within === "text")
    return found.map((label) => ({ label, kind: "place", insert: plain(label), again: label.endsWith("/") }))
  return [{ label: '"..."', kind: "place", detail: "where it is found", insert: '"$1"', again: true }]
}
