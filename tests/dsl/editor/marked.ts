/** Texts with a place in them: `|` is the cursor, or `«` and `»` are around a selection. */
import { type Document, documentOf, type Host } from "../../../dsl/editor/index.ts"
import { mine, vocabulary } from "../vocabulary.fixture.ts"

export const host: Host = {
  file: "spec.l2r",
  vocabulary,
  uses: { mine },
  tasksOf: ({ name }) => (name === "intents" ? ["t1", "t2", "t 3"] : undefined),
  places: (of, written) => [`${of}/${written}`, "folder/"],
  pluginFile: (kind, name, source) => (source === undefined ? `plugins/${kind}/${name}.ts` : `at ${source}`),
}

export interface Marked {
  readonly document: Document
  readonly offset: number
  readonly end: number
}

export const marked = (text: string, more: Partial<Host> = {}): Marked => {
  const [open, close] = text.includes("«") ? ["«", "»"] : ["|", "|"]
  const offset = text.indexOf(open)
  const without = text.slice(0, offset) + text.slice(offset + 1)
  const end = open === close ? offset : without.indexOf(close)
  const plain = open === close ? without : without.slice(0, end) + without.slice(end + 1)
  return { document: documentOf(plain, { ...host, ...more }), offset, end }
}

export interface Edited {
  readonly span: { readonly start: number; readonly end: number }
  readonly text: string
}

/** The text after edits that do not overlap. */
export const edited = (text: string, edits: readonly Edited[]): string =>
  [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((before, { span, text: put }) => before.slice(0, span.start) + put + before.slice(span.end), text)
