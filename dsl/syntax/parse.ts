/**
 * Source text to the tree of a file. Each declaration is parsed for itself; one that does not parse is read again in
 * pieces, its line and then entry by entry, so that every piece is reported once and the intact ones are still checked.
 */
import type { CstNode, IToken } from "chevrotain"
import { diagnose } from "../diagnostics/catalogue.ts"
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { isCoreKind, isKind, KINDS, LINES } from "../kinds.ts"
import type { DeclarationNode, FileNode, LanguageNode, Setting, SourceNode } from "./ast.ts"
import { type Chunk, chunksOf, DEEPEST, openerOf, opens } from "./chunks.ts"
import { current, type Dialect } from "./dialect.ts"
import { entriesOf } from "./entries.ts"
import type { Derive, RuleName, SyntaxProblem } from "./grammar.ts"
import {
  Colon,
  Comma,
  Compare,
  Equals,
  endOf,
  isWord,
  LeftBrace,
  LeftBracket,
  LeftParen,
  NumberToken,
  OpenText,
  RightBrace,
  Stray,
  Text,
  tokenize,
  Word,
} from "./tokens.ts"
import { type Reader, readerOf } from "./tree.ts"

const CLOSERS = new Map([
  [LeftBrace, "}"],
  [LeftBracket, "]"],
  [LeftParen, ")"],
])
/** A stray run is quoted up to this length. */
const QUOTED = 20

export const parse = (text: string, file: string, report: Report, { derive }: Dialect = current): FileNode => {
  const { tokens } = tokenize(text)
  const reader = readerOf(file, report, text)
  const tree = {
    file,
    languages: [] as LanguageNode[],
    uses: [] as SourceNode[],
    usesBroken: false,
    imports: [] as SourceNode[],
    declarations: [] as DeclarationNode[],
  }
  let importsBroken = false
  for (const token of tokens) reportUnreadable(token, reader, report)
  chunksOf(tokens, text).forEach((chunk, index) => {
    for (const { kind, token } of chunk.brackets) {
      if (openerOf(token) && kind === "close") report(diagnose("L2R0108", reader.spanOf(token), { close: token.image }))
      else
        report(diagnose("L2R0107", reader.spanOf(token), { open: token.image, close: CLOSERS.get(token.tokenType)! }))
    }
    if (chunk.tooDeep) report(diagnose("L2R0109", reader.spanOf(chunk.tooDeep), { depth: DEEPEST }))
    // A comment of another language has been told, with what begins one here.
    if (chunk.tokens[0].tokenType === Stray && /^\/[/*]/.test(chunk.tokens[0].image)) return
    // What means nothing is reported, and what follows it on the line may still mean something.
    while (chunk.tokens.length > 1 && isUnreadable(chunk.tokens[0])) chunk.tokens.shift()
    const [first] = chunk.tokens
    if (first.image === "language" && !namesDeclaration(chunk.tokens)) {
      const node = line("languageLine", chunk, reader, report, derive)
      const version = node && reader.number(node.children.Number[0] as IToken)
      if (version?.kind === "number")
        tree.languages.push({ version: version.value, span: reader.spanOf(first, chunk.tokens[1]), first: index === 0 })
      else tree.languages.push({ version: 1, span: reader.spanOf(first), first: index === 0 })
    } else if ((first.image === "use" || first.image === "import") && !namesDeclaration(chunk.tokens)) {
      const node = line("sourceLine", chunk, reader, report, derive)
      if (!node) {
        if (first.image === "use") tree.usesBroken = true
        else importsBroken = true
        return
      }
      const alias = node.children.alias?.[0] as IToken | undefined
      const source = {
        source: reader.text(node.children.Text[0] as IToken),
        alias: alias && reader.word(alias),
        span: reader.spanOf(first, chunk.tokens[chunk.tokens.length - 1]),
      }
      ;(first.image === "use" ? tree.uses : tree.imports).push(source)
    } else if (isWord(first)) {
      tree.usesBroken ||= !isKind(first.image) && chunk.tokens[1]?.tokenType === Text
      tree.declarations.push(declaration(chunk, reader, report, derive))
    } else if (chunk.brackets.length === 0 && !isUnreadable(first))
      report(diagnose("L2R0111", reader.spanOf(first), { found: foundOf(first) }))
  })
  return importsBroken ? { ...tree, importsBroken: true } : tree
}

/** `use x = ...` and `use x {` are meant as declarations, whatever the word. */
const namesDeclaration = (tokens: readonly IToken[]): boolean =>
  isWord(tokens[1]) && (tokens[2]?.tokenType === Equals || tokens[2]?.tokenType === LeftBrace)

const isUnreadable = (token: IToken): boolean => token.tokenType === Stray || token.tokenType === OpenText

const reportUnreadable = (token: IToken, reader: Reader, report: Report): void => {
  if (token.tokenType === OpenText) report(diagnose("L2R0102", reader.spanOf(token), {}))
  if (token.tokenType === Stray) {
    const found = token.image.length > QUOTED ? `${token.image.slice(0, QUOTED)}...` : token.image
    report(diagnose("L2R0101", reader.spanOf(token), { found }))
  }
}

/** Whether something in these tokens has been reported already, so that a parser's complaint would only repeat it. */
const isSpoilt = (tokens: readonly IToken[], chunk: Chunk): boolean => {
  const brackets = chunk.brackets.length > 0 ? new Set(chunk.brackets.map(({ token }) => token)) : undefined
  return tokens.some((token) => isUnreadable(token) || token === chunk.tooDeep || brackets?.has(token))
}

const foundOf = (token: IToken | undefined): string => {
  if (!token) return "the end of the file"
  if (token.tokenType === Text) return "a text"
  return `\`${token.image.length > QUOTED ? `${token.image.slice(0, QUOTED)}...` : token.image}\``
}

/** A line of its own; undefined where it does not parse. */
const line = (rule: RuleName, chunk: Chunk, reader: Reader, report: Report, derive: Derive): CstNode | undefined => {
  if (isSpoilt(chunk.tokens, chunk)) return undefined
  return tree(rule, chunk.tokens, undefined, reader, report, derive)
}

/** The tree of these tokens, or a report; `next` is what follows them in the file. */
const tree = (
  rule: RuleName,
  tokens: readonly IToken[],
  next: IToken | undefined,
  reader: Reader,
  report: Report,
  derive: Derive,
): CstNode | undefined => {
  const derived = derive(rule, tokens)
  if ("children" in derived) return derived
  reportSyntax(derived, rule, tokens, next, reader, report)
  return undefined
}

const reportSyntax = (
  problem: SyntaxProblem,
  rule: RuleName,
  tokens: readonly IToken[],
  next: IToken | undefined,
  reader: Reader,
  report: Report,
): void => {
  const last = tokens[tokens.length - 1]
  let { expected, found } = problem
  if (
    rule === "entry" &&
    found === tokens[0] &&
    (found.tokenType === Text || isWord(found)) &&
    tokens[1]?.tokenType !== Colon
  ) {
    expected = `\`:\` after \`${found.image}\``
    found = tokens[1]
  }
  if (expected === "" && (rule === "header" || rule === "declaration") && found)
    expected = tokens.indexOf(found) === 2 && !isCoreKind(tokens[0].image) && !openerOrCloser(found) ? "`=`" : "`{`"
  const end = reader.spanOf(last)
  const span = found
    ? reader.spanOf(found)
    : next
      ? reader.spanOf(next)
      : { ...end, start: Math.max(end.start, end.end - 1) }
  const what = found ? foundOf(found) : next ? foundOf(next) : "the end"
  const inList = expected === "`]`" || expected === "`)`"
  if (inList) expected = `\`,\` or ${expected}`
  const reads = inList ? "values" : rule !== "entry" ? rule : tokens[0].image === "compare" ? "comparison" : "entry"
  const meant = expected === "" || (rule === "entry" && found === tokens[0]) ? meantBy(tokens, found) : undefined
  report(diagnose("L2R0110", span, { expected, found: what, reads: FORMS[reads](tokens[0].image), meant }))
}

/** What may have been meant by a value that goes on where it should end, and by a number where an option begins. */
const meantBy = (tokens: readonly IToken[], found: IToken | undefined): string | undefined => {
  if (!found) return undefined
  const number = found.tokenType === NumberToken
  const before = tokens[tokens.indexOf(found) - 1]
  if (!before) return number ? "values stand in a list: `[1, 2]`; numbers have no commas: 1000 or 1k" : undefined
  if (before.tokenType === NumberToken) {
    if (number && found.image.startsWith("-")) return `a range reads \`${before.image}..${found.image.slice(1)}\``
    return isWord(found) ? "a number stands alone, or is joined by a unit: `5%`, `8k`, `30s`" : undefined
  }
  if (!isWord(before)) return undefined
  if (before.image === "sweep") return "the values of a sweep stand in brackets: `sweep [4, 8]`, `sweep [1..3]`"
  if (found.tokenType === LeftBrace && tokens[0].image === "tasks")
    return "some tasks of a source read `glosses[living, things]`"
  return found.tokenType === LeftBrace
    ? `declare it on a line of its own, as in \`memory few = random { per_class: 5 }\`, and write its name here`
    : undefined
}

const openerOrCloser = (token: IToken): boolean => opens(token) || openerOf(token) !== undefined

/** What each part of a file looks like. */
const FORMS: Readonly<Record<RuleName | "comparison", (word: string) => string>> = {
  languageLine: () => "a file begins with `language 1`",
  sourceLine: (word) =>
    word === "use"
      ? 'a plugin is brought in by `use "./file.ts" as mine`'
      : 'a file is brought in by `import "./file.l2r"`',
  declaration: (word) => FORMS.header(word),
  header: (word) =>
    isCoreKind(word) ? `it reads \`${word} name { ... }\`` : `it reads \`${word} name = plugin { ... }\``,
  entry: () => "an option reads `rank: 8`",
  values: () => "values have commas between them: `[query, value]`",
  comparison: () => "it reads `compare learnt against [nearest, uniform] on accuracy`",
}

const declaration = (chunk: Chunk, reader: Reader, report: Report, derive: Derive): DeclarationNode => {
  const { tokens } = chunk
  const [first] = tokens
  const isLine = (LINES as readonly string[]).includes(first.image)
  const kind = isKind(first.image) ? first.image : isLine ? undefined : nearest(first.image, [...LINES, ...KINDS])
  if (isLine) {
    const [rule, what] =
      first.image === "language" ? (["languageLine", "a number"] as const) : (["sourceLine", "a text"] as const)
    const found = foundOf(tokens[1])
    const reads = FORMS[rule](first.image)
    report(
      diagnose("L2R0110", reader.spanOf(tokens[1] ?? first), {
        expected: `${what} after \`${first.image}\``,
        found,
        reads,
      }),
    )
  } else if (kind !== first.image) {
    const span = reader.spanOf(first)
    const assigned = tokens[1]?.tokenType === Equals && isWord(tokens[2])
    const near = assigned ? undefined : kind
    report(diagnose("L2R0112", span, { word: first.image, near, assigned }, near ? { fix: { span, text: near } } : {}))
    if (assigned)
      return {
        keyword: reader.word(first),
        kind: undefined,
        span: reader.spanOf(first, tokens[tokens.length - 1]),
        name: reader.word(first),
        settings: [],
        comparisons: [],
        headerBroken: true,
        bodyBroken: true,
      }
  }
  const about = {
    keyword: { text: first.image, span: reader.spanOf(first) },
    kind: kind && isKind(kind) ? kind : undefined,
    span: reader.spanOf(first, tokens[tokens.length - 1]),
  }
  // A line that begins with no word of ours may be anything: only its name is taken.
  if (!about.kind) {
    const name = isWord(tokens[1]) ? { text: tokens[1].image, span: reader.spanOf(tokens[1]) } : undefined
    return { ...about, name, settings: [], comparisons: [], headerBroken: true, bodyBroken: true }
  }
  if (!isSpoilt(tokens, chunk)) {
    const derived = derive("declaration", tokens)
    if ("children" in derived) {
      const [header] = derived.children.header as CstNode[]
      const [body] = (derived.children.body ?? []) as CstNode[]
      return { ...about, ...headerOf(header, reader), ...reader.entries(body), headerBroken: false, bodyBroken: false }
    }
  }
  return inPieces(about, chunk, reader, report, derive)
}

const headerOf = (header: CstNode, reader: Reader): Pick<DeclarationNode, "name" | "plugin" | "alias" | "location"> => {
  const at = (label: string): IToken | undefined => header.children[label]?.[0] as IToken | undefined
  const [name, plugin, member, location] = [at("name")!, at("plugin"), at("member"), at("Text")]
  return {
    name: reader.word(name),
    plugin: plugin && reader.word(member ?? plugin),
    alias: member && plugin && reader.word(plugin),
    location: location && reader.text(location),
  }
}

const inPieces = (
  about: Pick<DeclarationNode, "keyword" | "kind" | "span">,
  chunk: Chunk,
  reader: Reader,
  report: Report,
  derive: Derive,
): DeclarationNode => {
  const { tokens } = chunk
  const at = tokens.findIndex((token) => token.tokenType === LeftBrace)
  const line = at < 0 ? tokens : tokens.slice(0, at)
  const header = isSpoilt(line, chunk) ? undefined : tree("header", line, tokens[line.length], reader, report, derive)
  const settings: DeclarationNode["settings"][number][] = []
  const comparisons: DeclarationNode["comparisons"][number][] = []
  let bodyBroken = chunk.tooDeep !== undefined
  if (at >= 0 && !chunk.tooDeep) {
    const { pieces, rest } = entriesOf(tokens, at + 1, new Set(chunk.brackets.map(({ token }) => token)))
    /** The last token of an entry that reads well, with no comma after it. */
    let before: IToken | undefined
    for (const { tokens: piece, next } of pieces) {
      const last = before
      before = undefined
      const more = isSpoilt(piece, chunk) ? undefined : furtherValue(piece, next, settings.at(-1), reader)
      if (more) {
        report(more)
        settings.push({ ...settings.pop()!, value: { kind: "broken", span: reader.spanOf(piece[0]) } })
        bodyBroken = true
        continue
      }
      const node = isSpoilt(piece, chunk) ? undefined : tree("entry", piece, next, reader, report, derive)
      if (!node) {
        bodyBroken = true
        continue
      }
      if (last) reader.apart(endOf(last), reader.spanOf(piece[0]))
      if (next?.tokenType !== Comma) before = piece[piece.length - 1]
      const read = reader.entry(node)
      if ("setting" in read) settings.push(read.setting)
      else comparisons.push(read.comparison)
    }
    if (rest && !isSpoilt([rest], chunk))
      report(diagnose("L2R0110", reader.spanOf(rest), { expected: "", found: foundOf(rest), reads: "" }))
  }
  const read = header ? headerOf(header, reader) : lostHeader(line, reader)
  // A bracket that is open to the end may have swallowed options.
  bodyBroken ||= chunk.brackets.length > 0
  return { ...about, ...read, settings, comparisons, headerBroken: !header, bodyBroken }
}

/** `targets: query, value`: a word alone after an option whose value is a word is most likely a second value. */
const furtherValue = (
  [word, ...others]: readonly IToken[],
  next: IToken | undefined,
  before: Setting | undefined,
  reader: Reader,
): Diagnostic | undefined => {
  const ends = next === undefined || next.tokenType === Comma || next.tokenType === RightBrace
  if (
    !isWord(word) ||
    word.tokenType === Compare ||
    others.length > 0 ||
    !ends ||
    before?.value.kind !== "word" ||
    before.value.member
  )
    return undefined
  const meant = `several values stand in brackets: \`${before.key.text}: [${before.value.text}, ${word.image}]\`; an option reads \`${word.image}: ...\``
  return diagnose("L2R0110", reader.spanOf(word), { expected: "", found: foundOf(word), reads: "", meant })
}

/** What can still be told of a line that does not parse: its name, so that others may refer to it. */
const lostHeader = (line: readonly IToken[], reader: Reader): Pick<DeclarationNode, "name"> => {
  const name = line[1]
  return isWord(name) && name.tokenType === Word ? { name: { text: name.image, span: reader.spanOf(name) } } : {}
}
