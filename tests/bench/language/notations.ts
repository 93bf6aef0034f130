/** One content in three notations: a long spec, and the same tree as YAML and as constants of TypeSpec. */
import { readFileSync } from "node:fs"
import type { DeclarationNode, ValueNode } from "../../../dsl/syntax/ast.ts"
import { parse } from "../../../dsl/syntax/parse.ts"

const spec = readFileSync(new URL("thirty.l2r", import.meta.url), "utf8")
const declared = [...spec.matchAll(/^\w+ (\w+)(?= +=| \{)/gm)].map(([, name]) => name)
const names = new RegExp(`\\b(${declared.join("|")})\\b(?!:)`, "g")

/** The spec of thirty lines again and again, each time with names of its own; `mark` makes another text of the same length. */
export const longSpec = (characters: number, mark: string): string =>
  `language 1\n${Array.from({ length: Math.ceil(characters / spec.length) }, (_, i) =>
    spec.replace("language 1\n", "").replace(names, (name) => `${name}_${mark}${i}`),
  ).join("")}`

/** A map for each declaration. */
export const asYaml = (text: string): string => written(text, (name, options) => `${name}:\n${yamlBlock(options)}`)

/** A constant for each declaration. */
export const asTypeSpec = (text: string): string =>
  written(text, (name, options) => `const ${name} = #{\n${typeSpecBlock(options)}};\n`)

type Options = readonly (readonly [string, Data])[]
type Data = string | number | readonly Data[]

const written = (text: string, one: (name: string, options: Options) => string): string =>
  parse(text, "f", () => {})
    .declarations.map((node) => one(node.name?.text ?? "", optionsOf(node)))
    .join("\n")

const optionsOf = ({ keyword, plugin, location, settings, comparisons }: DeclarationNode): Options => [
  ["kind", keyword.text],
  ...(plugin ? [["plugin", plugin.text] as const] : []),
  ...(location ? [["location", location.text] as const] : []),
  ...settings.map(({ key, value }) => [key.text, dataOf(value)] as const),
  ...comparisons.map(({ left, against, on }) => ["compare", [left, against, on].map(dataOf)] as const),
]

const dataOf = (value: ValueNode): Data => {
  switch (value.kind) {
    case "number":
      return value.value
    case "text":
      return value.value
    case "word":
      return value.text
    case "range":
      return [value.from, value.to]
    case "list":
    case "sweep":
      return value.items.map(dataOf)
    default:
      throw new Error(`${value.kind} is not part of this comparison`)
  }
}

const yamlBlock = (options: Options): string => options.map(([key, data]) => `  ${key}: ${yaml(data)}\n`).join("")
const yaml = (data: Data): string => (Array.isArray(data) ? `[${data.map(yaml).join(", ")}]` : String(data))

const typeSpecBlock = (options: Options): string =>
  options.map(([key, data]) => `  ${key}: ${typeSpec(data)},\n`).join("")
const typeSpec = (data: Data): string =>
  Array.isArray(data) ? `#[${data.map(typeSpec).join(", ")}]` : JSON.stringify(data)
