/** From the language's own words to those of the language server protocol. */
import type { Action, Completion, Fold, Inlay, SemanticToken, Signature, Symbol } from "../../dsl/editor/index.ts"
import { TOKEN_MODIFIERS, TOKEN_TYPES, UNUSED } from "../../dsl/editor/index.ts"
import type { Diagnostic } from "../../dsl/index.ts"
import type { Places } from "./text.ts"

/** A tag of diagnostics: editors show the place faded. */
const UNNECESSARY = 1
const SEVERITIES = { error: 1, warning: 2, hint: 3 } as const

export const diagnosticOf = (
  { code, severity, message, help, span, related = [] }: Diagnostic,
  { rangeOf }: Places,
  uriOf: (file: string) => string,
) => ({
  range: rangeOf(span),
  severity: SEVERITIES[severity],
  code,
  source: "l2r",
  ...(code === UNUSED && { tags: [UNNECESSARY] }),
  message: help === undefined ? message : `${message}\n${help}`,
  relatedInformation: related.map((other) => ({
    location: { uri: uriOf(other.span.file), range: rangeOf(other.span) },
    message: other.message,
  })),
})

/** Kinds of completion items, as the protocol numbers them. */
const ITEM_KINDS: Readonly<Record<Completion["kind"], number>> = {
  keyword: 14,
  declaration: 6,
  plugin: 7,
  option: 10,
  word: 20,
  task: 12,
  place: 17,
  name: 1,
}
const MARKDOWN = "markdown"

export const itemOf = (
  { label, kind, detail, documentation, insert, start, end, again }: Completion,
  index: number,
  { rangeOf }: Places,
) => ({
  label,
  kind: ITEM_KINDS[kind],
  detail,
  documentation: documentation === undefined ? undefined : { kind: MARKDOWN, value: documentation },
  insertTextFormat: 2,
  textEdit: { range: rangeOf({ start, end }), newText: insert },
  sortText: String(index).padStart(4, "0"),
  command: again ? { title: "Suggest", command: "editor.action.triggerSuggest" } : undefined,
})

const SYMBOL_KINDS: Readonly<Record<string, number>> = {
  use: 2,
  option: 7,
  experiment: 12,
  stream: 18,
  library: 18,
  train: 19,
  pretraining: 19,
  study: 12,
}

export const symbolOf = ({ name, kind, detail, span, nameSpan, children }: Symbol, places: Places): object => ({
  name,
  kind: SYMBOL_KINDS[kind] ?? 13,
  detail,
  range: places.rangeOf(span),
  selectionRange: places.rangeOf(nameSpan),
  children: children.map((child) => symbolOf(child, places)),
})

export const symbolKindOf = (kind: string): number => SYMBOL_KINDS[kind] ?? 13

export const foldOf = ({ from, to, kind }: Fold) => ({
  startLine: from - 1,
  endLine: to - 1,
  kind: kind === "comment" ? kind : "region",
})

export const inlayOf = ({ offset, text, tooltip }: Inlay, { positionAt }: Places) => ({
  position: positionAt(offset),
  label: text,
  paddingLeft: !text.startsWith(","),
  tooltip: tooltip === undefined ? undefined : { kind: MARKDOWN, value: tooltip },
})

export const signatureOf = ({ label, documentation, options, active }: Signature) => ({
  signatures: [
    {
      label,
      documentation: { kind: MARKDOWN, value: documentation },
      parameters: options.map(({ start, end, documentation: value }) => ({
        label: [start, end],
        documentation: { kind: MARKDOWN, value },
      })),
    },
  ],
  activeSignature: 0,
  activeParameter: active ?? options.length,
})

/** Five numbers a token: lines and characters since the one before, length, type, modifiers. Tokens go over one line. */
export const tokenNumbers = (tokens: readonly SemanticToken[], { positionAt }: Places): readonly number[] => {
  let [line, character] = [0, 0]
  return tokens.flatMap(({ start, end, type, modifiers }) => {
    const at = positionAt(start)
    const since = [at.line - line, at.line === line ? at.character - character : at.character]
    ;[line, character] = [at.line, at.character]
    const bits = modifiers.reduce((sum, modifier) => sum | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0)
    return [...since, end - start, TOKEN_TYPES.indexOf(type), bits]
  })
}

export const actionOf = (
  { title, kind, edits, diagnostic, preferred }: Action,
  uri: string,
  places: Places,
  toDiagnostic: (one: Diagnostic) => object,
) => ({
  title,
  kind,
  isPreferred: preferred,
  diagnostics: diagnostic && [toDiagnostic(diagnostic)],
  edit: { changes: { [uri]: edits.map(({ span, text }) => ({ range: places.rangeOf(span), newText: text })) } },
})
