/** The grammar in words, from the parser itself. */
import type { ISerializedGast } from "chevrotain"
import { Grammar } from "../../../dsl/syntax/grammar.ts"

type Production = ISerializedGast & {
  readonly name?: string
  readonly label?: string
  readonly terminalLabel?: string
  readonly definition?: readonly Production[]
  readonly separator?: Production
}

/** A line per rule: `entry = setting | comparison`. */
export const grammarText = (): string => {
  const rules = new Grammar().getSerializedGastProductions() as unknown as readonly Production[]
  const width = Math.max(...rules.map(({ name = "" }) => name.length))
  return rules.map(({ name = "", definition }) => `${name.padEnd(width)} = ${sequence(definition)}`).join("\n")
}

const sequence = (parts: readonly Production[] = []): string =>
  parts
    .map(written)
    .filter((part) => part !== "")
    .join(" ")

const written = (part: Production): string => {
  switch (part.type) {
    case "Terminal":
      return terminal(part.label ?? part.name ?? "")
    case "NonTerminal":
      return part.name ?? ""
    case "Option":
      return `[ ${sequence(part.definition)} ]`
    case "Repetition":
      return `{ ${sequence(part.definition)} }`
    case "RepetitionMandatory":
      return `${sequence(part.definition)} { ${sequence(part.definition)} }`
    case "Alternation":
      return `( ${(part.definition ?? []).map(written).join(" | ")} )`
    default:
      return sequence(part.definition)
  }
}

/** `a word` is the word WORD, "`:`" the sign ":". */
const terminal = (label: string): string =>
  label.startsWith("`") ? `"${label.slice(1, -1)}"` : label.replace(/^an? /, "").toUpperCase()
