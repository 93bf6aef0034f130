/**
 * The colours of a spec for editors that have no language server: a TextMate grammar, made from the tokens and the kinds of
 * declaration. `editors/vscode/syntaxes/l2r.tmLanguage.json` holds it; a test fails when that is stale.
 */
import { KINDS } from "../kinds.ts"
import { NumberToken, Word } from "../syntax/tokens.ts"

export interface Pattern {
  readonly name?: string
  readonly match?: string
  readonly begin?: string
  readonly end?: string
  readonly captures?: Readonly<Record<string, { readonly name: string }>>
  readonly beginCaptures?: Readonly<Record<string, { readonly name: string }>>
  readonly endCaptures?: Readonly<Record<string, { readonly name: string }>>
  readonly patterns?: readonly Pattern[]
  readonly include?: string
}

/** A pattern of our tokens, as the editors' engine writes it. */
const source = ({ PATTERN }: { readonly PATTERN?: unknown }): string =>
  (PATTERN as RegExp).source.replace(/\\u([0-9A-Fa-f]{4})/g, "\\x{$1}")

const word = source(Word)
/** Not in the middle of a word; a dash belongs to it. */
const start = "(?<![\\w-])"
const end = "(?![\\w-])"
const captures = (...names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name, i) => (name === "" ? [] : [[String(i + 1), { name: `${name}.l2r` }]])))

const patterns: readonly Pattern[] = [
  { match: "#.*$", name: "comment.line.number-sign.l2r" },
  {
    name: "string.quoted.double.l2r",
    begin: '"',
    end: '"|$',
    patterns: [
      { match: '\\\\(?:["\\\\nt]|u\\{[0-9A-Fa-f]{1,6}\\})', name: "constant.character.escape.l2r" },
      { match: "\\\\.", name: "invalid.illegal.escape.l2r" },
    ],
  },
  { match: `^\\s*(language)\\s+(\\d+)`, captures: captures("keyword.control", "constant.numeric") },
  { match: `^\\s*(use|import)(?=\\s*")`, captures: captures("keyword.control.import") },
  { match: `${start}(as)\\s+(${word})`, captures: captures("keyword.control.import", "entity.name.namespace") },
  {
    match: `^\\s*(${KINDS.join("|")})\\s+(${word})(?:\\s*(=)\\s*(?:(${word})(\\.))?(${word}))?`,
    captures: captures(
      "storage.type",
      "entity.name.type",
      "keyword.operator.assignment",
      "entity.name.namespace",
      "punctuation.accessor",
      "support.class",
    ),
  },
  { match: `${start}(compare|against|on)${end}(?!\\s*[:,\\]})])`, name: "keyword.other.l2r" },
  { match: `${start}sweep(?=\\s*(?:${word}\\s*)?\\[)`, name: "keyword.operator.sweep.l2r" },
  { match: `${word}(?=\\s*:)`, name: "support.type.property-name.l2r" },
  { match: source(NumberToken), name: "constant.numeric.l2r" },
  { match: "\\.\\.", name: "keyword.operator.range.l2r" },
  { match: "=", name: "keyword.operator.assignment.l2r" },
  { match: `${start}(?:true|false)${end}`, name: "constant.language.l2r" },
  { match: `${word}(?=\\()`, name: "support.function.l2r" },
  { match: word, name: "variable.other.l2r" },
  { match: "[{}]", name: "punctuation.section.block.l2r" },
  { match: "[\\[\\]]", name: "punctuation.section.brackets.l2r" },
  { match: "[()]", name: "punctuation.section.parens.l2r" },
  { match: "[:,.]", name: "punctuation.separator.l2r" },
]

export const textmateGrammar = {
  name: "l2r",
  scopeName: "source.l2r",
  patterns,
}
