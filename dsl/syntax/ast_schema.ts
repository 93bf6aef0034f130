/** JSON Schema of what `l2r ast` prints. */
import { KINDS } from "../kinds.ts"

type Schema = Readonly<Record<string, unknown>>

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const listOf = (items: Schema): Schema => ({ type: "array", items })
const text: Schema = { type: "string" }
const number: Schema = { type: "number" }
const truth: Schema = { type: "boolean" }

/** An object with these properties and no others; a name that ends in `?` may be missing. */
const record = (properties: Readonly<Record<string, Schema>>): Schema => {
  const names = Object.keys(properties)
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name.replace("?", ""), properties[name]])),
    required: names.filter((name) => !name.endsWith("?")),
    additionalProperties: false,
  }
}

const node = (kind: string, properties: Readonly<Record<string, Schema>>): Schema =>
  record({ kind: { const: kind }, ...properties, span: ref("span") })

const several = { "several?": truth }

/** Values by their kinds. */
const values: Readonly<Record<string, Schema>> = {
  number: node("number", { value: number, "unit?": { const: "seconds" }, written: text }),
  text: node("text", { value: text }),
  word: node("word", { text, "member?": ref("name") }),
  list: node("list", { items: listOf(ref("value")), ...several }),
  record: node("record", { settings: listOf(ref("setting")), comparisons: listOf(ref("comparison")) }),
  range: node("range", { from: number, to: number, ...several }),
  call: node("call", { name: ref("name"), items: listOf(ref("value")) }),
  pick: node("pick", { name: ref("name"), items: listOf(ref("value")) }),
  sweep: node("sweep", { "tag?": ref("name"), items: listOf(ref("value")) }),
  broken: node("broken", {}),
}

const place = record({ file: text, start: ref("position"), end: ref("position") })

export const astSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "The tree of a spec, as `l2r ast` prints it",
  ...record({
    schema: { const: "l2r/ast" },
    version: { const: 1 },
    tree: ref("file"),
    diagnostics: listOf(ref("diagnostic")),
  }),
  $defs: {
    span: {
      ...record({ file: text, start: number, end: number }),
      description: "UTF-16 offsets in the text; the end is exclusive",
    },
    name: record({ text, span: ref("span") }),
    value: { anyOf: Object.values(values) },
    setting: record({ key: ref("name"), value: ref("value"), span: ref("span") }),
    comparison: record({ left: ref("value"), against: ref("value"), on: ref("value"), span: ref("span") }),
    source: record({ source: ref("name"), "alias?": ref("name"), span: ref("span") }),
    declaration: record({
      keyword: ref("name"),
      "kind?": { enum: KINDS },
      "name?": ref("name"),
      "plugin?": ref("name"),
      "alias?": ref("name"),
      "location?": ref("name"),
      settings: listOf(ref("setting")),
      comparisons: listOf(ref("comparison")),
      headerBroken: truth,
      bodyBroken: truth,
      span: ref("span"),
    }),
    file: record({
      file: text,
      languages: listOf(record({ version: number, span: ref("span"), first: truth })),
      uses: listOf(ref("source")),
      usesBroken: truth,
      "importsBroken?": truth,
      imports: listOf(ref("source")),
      declarations: listOf(ref("declaration")),
    }),
    position: record({ line: number, column: number, offset: number }),
    diagnostic: record({
      code: text,
      severity: { enum: ["error", "warning", "hint"] },
      message: text,
      "help?": text,
      place,
      "related?": listOf(record({ place, message: text })),
      "fix?": record({ place, text }),
    }),
  },
}
