/** The tree of a file as its canonical text. */
import { isRun } from "../kinds.ts"
import type { DeclarationNode, FileNode, SourceNode } from "../syntax/ast.ts"
import { body, writtenComparison, writtenName, writtenSetting, writtenText } from "../syntax/written.ts"
import { format } from "./index.ts"

export const print = ({ languages, uses, imports, declarations }: Omit<FileNode, "file" | "usesBroken">): string => {
  const lines = [...uses.map((line) => source("use", line)), ...imports.map((line) => source("import", line))]
  const head = [...languages.map(({ version }) => `language ${version}`), ...(lines.length > 0 ? ["", ...lines] : [])]
  const blocks = declarations.map((node, i) =>
    i > 0 && declarations[i - 1].kind === node.kind && !tall(node) ? declaration(node) : `\n${declaration(node)}`,
  )
  return format(`${[...head, ...blocks].join("\n")}\n`).text
}

const source = (word: string, { source, alias }: SourceNode): string =>
  `${word} ${writtenText(source.text)}${alias ? ` as ${alias.text}` : ""}`

/** Streams and what is run stand on several lines. */
const tall = ({ kind }: DeclarationNode): boolean => isRun(kind) || kind === "stream"

const declaration = (node: DeclarationNode): string => {
  const { kind, name, plugin, alias, location, settings, comparisons } = node
  const right = plugin
    ? ` = ${alias ? `${alias.text}.` : ""}${plugin.text}${location ? ` ${writtenText(location.text)}` : ""}`
    : ""
  const line = `${kind} ${writtenName(name?.text ?? "")}${right}`
  if (settings.length + comparisons.length === 0) return plugin ? line : `${line} { }`
  if (!tall(node)) return `${line} ${body(settings, comparisons)}`
  return `${line} {\n${[...settings.map(writtenSetting), ...comparisons.map(writtenComparison)].join("\n")}\n}`
}
