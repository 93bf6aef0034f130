/** The grammar in words, from what the parser reads by. */
import type { Part } from "../../../dsl/derive.ts"
import { grammar } from "../../../dsl/grammar.ts"

/** A line per rule: `entry = setting | comparison`. */
export const grammarText = (): string => {
  const width = Math.max(...Object.keys(grammar).map(({ length }) => length))
  return Object.entries(grammar)
    .map(([name, parts]) => `${name.padEnd(width)} = ${sequence(parts)}`)
    .join("\n")
}

const sequence = (parts: readonly Part[]): string => parts.map(written).join(" ")

const written = (part: Part): string => {
  switch (part.kind) {
    case "token":
      return terminal(part.type.label)
    case "rule":
      return part.rule
    case "optional":
      return `[ ${sequence(part.parts)} ]`
    case "repeated":
      return `{ ${sequence(part.parts)} }`
    case "either":
      return `( ${part.alternatives.map(({ parts }) => sequence(parts)).join(" | ")} )`
  }
}

/** `a word` is the word WORD, "`:`" the sign ":". */
const terminal = (label: string): string =>
  label.startsWith("`") ? `"${label.slice(1, -1)}"` : label.replace(/^an? /, "").toUpperCase()
