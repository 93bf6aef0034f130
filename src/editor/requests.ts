/** The questions of an editor about a document, each answered by one function of the language. */
import { setTimeout } from "node:timers"
import * as language from "../../dsl/editor/index.ts"
import type { Diagnostic, Span } from "../../dsl/index.ts"
import { type Cancellation, CODES, Refusal } from "./connection.ts"
import {
  actionOf,
  diagnosticOf,
  foldOf,
  inlayOf,
  itemOf,
  signatureOf,
  symbolKindOf,
  symbolOf,
  tokenNumbers,
} from "./converted.ts"
import { type Documents, type Open, uriOf } from "./documents.ts"
import { type Places, type Position, placesIn, type TextRange } from "./text.ts"
import { namePlace, readText, specsIn, type World } from "./world.ts"

interface InDocument {
  readonly textDocument: { readonly uri: string }
}
interface AtPosition extends InDocument {
  readonly position: Position
}

export interface Around {
  readonly documents: Documents
  readonly world: World
  readonly folders: () => readonly string[]
}

export const requestsOf = ({ documents, world, folders }: Around) => {
  const openOf = (params: Partial<InDocument> | null | undefined): Open => {
    const uri = params?.textDocument?.uri
    if (typeof uri !== "string") throw new Refusal(CODES.params, "textDocument.uri is missing")
    const open = documents.get(uri)
    if (!open) throw new Refusal(CODES.failed, `${uri} is not open`)
    return open
  }
  const read = (params: InDocument) => {
    const open = openOf(params)
    return { open, places: documents.placesIn(open), document: world.document(open.file, open.text) }
  }
  const at = (params: AtPosition) => {
    const { open, places, document } = read(params)
    if (typeof params.position !== "object") throw new Refusal(CODES.params, "position is missing")
    return { open, places, document, offset: places.offsetAt(params.position) }
  }
  /** With what plugins tell, if that comes before the one who asks loses patience. */
  const informed = async (params: AtPosition, cancellation: Cancellation) => {
    const { file, text } = openOf(params)
    await Promise.race([world.learn(file, text), new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())])
    return cancellation.cancelled || !documents.get(params.textDocument.uri) ? undefined : at(params)
  }
  /** Every spec that is open or lies in the workspace. */
  const everything = (): readonly language.Document[] => {
    const texts = new Map(documents.all().map(({ file, text }) => [file, text]))
    for (const file of folders().flatMap(specsIn)) if (!texts.has(file)) texts.set(file, readText(file) ?? "")
    return [...texts].map(([file, text]) => world.document(file, text))
  }
  /** A place in this file or another. */
  const locationOf = (
    { file, ...span }: Span,
    { open, places, document }: { open: Open; places: Places; document: language.Document },
  ) => {
    if (file === open.file) return { uri: open.uri, range: places.rangeOf(span) }
    const text = document.program.texts[file] ?? readText(file) ?? ""
    return { uri: uriOf(file), range: placesIn(text).rangeOf(span) }
  }
  const toDiagnostic = (places: Places) => (one: Diagnostic) => diagnosticOf(one, places, uriOf)

  return {
    "textDocument/completion": async (params: AtPosition, cancellation: Cancellation) => {
      const { open } = read(params)
      const found = await informed(params, cancellation)
      if (!found || found.open.version !== open.version) return null
      const items = language.completionsAt(found.document, found.offset)
      return { isIncomplete: false, items: items.map((item, i) => itemOf(item, i, found.places)) }
    },
    "textDocument/hover": async (params: AtPosition, cancellation: Cancellation) => {
      const found = await informed(params, cancellation)
      const hover = found && language.hoverAt(found.document, found.offset)
      return hover && { contents: { kind: "markdown", value: hover.text }, range: found.places.rangeOf(hover.span) }
    },
    "textDocument/signatureHelp": (params: AtPosition) => {
      const { document, offset } = at(params)
      const signature = language.signatureAt(document, offset)
      return signature && signatureOf(signature)
    },
    "textDocument/definition": async (params: AtPosition, cancellation: Cancellation) => {
      const found = await informed(params, cancellation)
      const definition = found && language.definitionAt(found.document, found.offset)
      if (!definition) return null
      if ("span" in definition) return locationOf(definition.span, found)
      const place = namePlace(definition.file, definition.plugin)
      return { uri: definition.file, range: placesIn(place.text).rangeOf(place) }
    },
    "textDocument/references": (
      params: AtPosition & { readonly context?: { readonly includeDeclaration?: boolean } },
    ) => {
      const { offset, ...found } = at(params)
      const spans = language.referencesAt(found.document, offset, everything())
      const wanted = params.context?.includeDeclaration === false ? spans.slice(1) : spans
      return wanted.map((span) => locationOf(span, found))
    },
    "textDocument/documentHighlight": (params: AtPosition) => {
      const { document, offset, places, open } = at(params)
      const own = language.referencesAt(document, offset).filter(({ file }) => file === open.file)
      return own.map((span) => ({ range: places.rangeOf(span), kind: 1 }))
    },
    "textDocument/prepareRename": (params: AtPosition) => {
      const { document, offset, places } = at(params)
      const mark = language.renameableAt(document, offset)
      return mark && { range: places.rangeOf(mark.span), placeholder: mark.text }
    },
    "textDocument/rename": (params: AtPosition & { readonly newName: string }) => {
      const { offset, ...found } = at(params)
      const edits = language.renameAt(found.document, offset, params.newName, everything())
      if ("problem" in edits) throw new Refusal(CODES.failed, edits.problem)
      const changes: Record<string, object[]> = {}
      for (const { span, text } of edits) {
        const { uri, range } = locationOf(span, found)
        changes[uri] = [...(changes[uri] ?? []), { range, newText: text }]
      }
      return { changes }
    },
    "textDocument/documentSymbol": (params: InDocument) => {
      const { document, places } = read(params)
      return language.symbolsOf(document).map((symbol) => symbolOf(symbol, places))
    },
    "workspace/symbol": ({ query }: { readonly query: string }) => {
      const wanted = query.toLowerCase()
      return everything().flatMap((document) => {
        const { rangeOf } = placesIn(document.text)
        return language
          .symbolsOf(document)
          .filter(({ name }) => name.toLowerCase().includes(wanted))
          .map(({ name, kind, detail, nameSpan }) => ({
            name,
            kind: symbolKindOf(kind),
            containerName: detail,
            location: { uri: uriOf(document.host.file), range: rangeOf(nameSpan) },
          }))
      })
    },
    "textDocument/foldingRange": (params: InDocument) => language.foldsOf(read(params).document).map(foldOf),
    "textDocument/selectionRange": (params: InDocument & { readonly positions: readonly Position[] }) => {
      const { document, places } = read(params)
      return params.positions.map((position) =>
        language
          .selectionsAt(document, places.offsetAt(position))
          .reduceRight<object | undefined>(
            (parent, range) => ({ range: places.rangeOf(range), ...(parent && { parent }) }),
            undefined,
          ),
      )
    },
    "textDocument/semanticTokens/full": (params: InDocument) => {
      const { document, places } = read(params)
      return { data: tokenNumbers(language.semanticTokensOf(document), places) }
    },
    "textDocument/inlayHint": (params: InDocument & { readonly range: TextRange }) => {
      const { document, places } = read(params)
      const [start, end] = [places.offsetAt(params.range.start), places.offsetAt(params.range.end)]
      return language.inlaysIn(document, start, end).map((inlay) => inlayOf(inlay, places))
    },
    "textDocument/codeAction": (
      params: InDocument & { readonly range: TextRange; readonly context?: { readonly only?: readonly string[] } },
    ) => {
      const { document, places, open } = read(params)
      const only = params.context?.only
      return language
        .actionsAt(document, places.offsetAt(params.range.start), places.offsetAt(params.range.end))
        .filter(({ kind }) => !only || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`)))
        .map((action) => actionOf(action, open.uri, places, toDiagnostic(places)))
    },
    "textDocument/formatting": async (params: InDocument) => {
      const { open, places } = read(params)
      const { format, lossOf } = await import("../../dsl/format/index.ts")
      const { text } = format(open.text, open.file)
      if (text === open.text || lossOf(open.text, text)) return []
      return [{ range: places.rangeOf({ start: 0, end: open.text.length }), newText: text }]
    },
  }
}

/** A question that plugins must answer first waits this long for them. */
const PATIENCE = 4000
