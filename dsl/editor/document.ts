/** A source file as the editor functions see it: everything about it is worked out when it is first asked for, and kept. */

import { type BrokenIn, type Checked, check } from "../index.ts"
import { type Open, type Program, readProgram } from "../names/program.ts"
import { type Resolve, resolverOf } from "../names/resolve.ts"
import { type Scope, scopeOf, type Used } from "../names/scope.ts"
import type { Declaration } from "../spec.ts"
import type { DeclarationNode, FileNode } from "../syntax/ast.ts"
import { type Chunk, chunksOf } from "../syntax/chunks.ts"
import { parseInLanguage } from "../syntax/language.ts"
import { type Tokens, tokenize } from "../syntax/tokens.ts"
import type { Vocabulary } from "../vocabulary.ts"

/** What the program around the editor functions knows. Only the first two are needed. */
export interface Host {
  /** The name of the file, as messages show it. */
  readonly file: string
  /** The plugins that ship. */
  readonly vocabulary: Vocabulary
  /** By alias, what each `use` line brings. */
  readonly uses?: Readonly<Record<string, Used>>
  /** The tasks of a data declaration, where that can be told. */
  readonly tasksOf?: (data: Declaration) => readonly string[] | undefined
  /** What a plugin's own rules say of a declaration, where it has been asked. */
  readonly brokenIn?: BrokenIn
  /** Opens a file that an `import` line names. */
  readonly open?: Open
  /** What may stand in a text that names a place, of those that begin with what is written. */
  readonly places?: (of: PlaceOf, written: string) => readonly string[]
  /** The file that defines a plugin: one that ships, or one of the `use` line of that source. */
  readonly pluginFile?: (kind: string, name: string, source?: string) => string | undefined
}

/** A text that names a place: of a `use` or `import` line, or after the plugin of a backbone or a data source. */
export type PlaceOf = "use" | "import" | "backbone" | "data"

export interface Document {
  readonly text: string
  readonly host: Host
  readonly tokens: Tokens
  readonly chunks: readonly Chunk[]
  /** Of this file alone. */
  readonly tree: FileNode
  /** With the files that it imports. */
  readonly program: Program
  readonly scope: Scope
  readonly resolve: Resolve
  readonly checked: Checked
}

/** Never throws, whatever the text. */
export const documentOf = (text: string, host: Host): Document => {
  const tokens = lazily(() => tokenize(text))
  const chunks = lazily(() => chunksOf(tokens().tokens, text))
  const program = lazily(() => readProgram(text, host.file, host.open ?? unopened, read, ignore))
  const tree = lazily(() => program().files[program().files.length - 1])
  const scope = lazily(() => scopeOf(program().tree, host.vocabulary, host.uses ?? {}, ignore, program()))
  const resolve = lazily(() => resolverOf(scope(), ignore))
  const checked = lazily(() => check(text, { ...host, advice: true }))
  return {
    text,
    host,
    get tokens() {
      return tokens()
    },
    get chunks() {
      return chunks()
    },
    get tree() {
      return tree()
    },
    get program() {
      return program()
    },
    get scope() {
      return scope()
    },
    get resolve() {
      return resolve()
    },
    get checked() {
      return checked()
    },
  }
}

const ignore = (): void => {}
const read = (text: string, file: string): FileNode => parseInLanguage(text, file, ignore)
const unopened = () => ({ problem: "files are not read here" })

const lazily = <Made>(make: () => Made): (() => Made) => {
  let made: { readonly value: Made } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The declaration that begins at this place. */
export const declarationAt = ({ tree }: Document, start: number): DeclarationNode | undefined =>
  tree.declarations.find(({ span }) => span.start === start)
