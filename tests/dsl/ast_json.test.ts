/** What `l2r ast` prints is what its schema says, for sound specs and for broken ones. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import { astJson } from "../../dsl/syntax/ast_json.ts"
import { astSchema } from "../../dsl/syntax/ast_schema.ts"
import { kinds } from "../fuzz/specs.ts"
import { sound } from "./diagnostics.cases.ts"
import { example } from "./example.ts"

interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const whole = astSchema as Schema

/** Where a value departs from a schema; nothing where it does not. */
const departures = (value: unknown, schema: Schema, at: string): readonly string[] => {
  if (schema.$ref) return departures(value, whole.$defs![schema.$ref.split("/").pop()!], at)
  if (schema.anyOf) {
    const all = schema.anyOf.map((one) => departures(value, one, at))
    return all.some((each) => each.length === 0) ? [] : [`${at} fits none: ${JSON.stringify(value)?.slice(0, 80)}`]
  }
  if ("const" in schema) return value === schema.const ? [] : [`${at} is not ${schema.const}`]
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${at} is none of ${schema.enum}`]
  if (schema.type === "array")
    return Array.isArray(value)
      ? value.flatMap((item, index) => departures(item, schema.items!, `${at}[${index}]`))
      : [`${at} is no list`]
  if (schema.type !== "object") return typeof value === schema.type ? [] : [`${at} is no ${schema.type}`]
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at} is no object`]
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  const lacking = schema.required!.filter((name) => !entries.some(([key]) => key === name))
  return [
    ...lacking.map((name) => `${at} lacks ${name}`),
    ...entries.flatMap(([key, each]) =>
      Object.hasOwn(schema.properties!, key)
        ? departures(each, schema.properties![key], `${at}.${key}`)
        : [`${at}.${key} is not in the schema`],
    ),
  ]
}

const fits = (text: string): void => {
  const made = JSON.parse(JSON.stringify(astJson(text, "f")))
  assert.deepEqual(departures(made, whole, "ast"), [])
}

test("sound and broken specs, and those that ship", () => {
  fits(example)
  fits(
    `${sound}adapter a = lora { rank: sweep size [4, 8], alpha: sweep [1..3, "x"], targets: [query.a, f(1), { b: 30s }] }`,
  )
  for (let end = 0; end < example.length; end += 23) fits(example.slice(0, end))
  const examples = new URL("../../examples/", import.meta.url)
  for (const name of readdirSync(examples)) fits(readFileSync(new URL(`${name}/spec.l2r`, examples), "utf8"))
})

test("generated and damaged texts", () => {
  for (const arbitrary of [kinds.grammatical, kinds.damaged])
    fc.assert(fc.property(arbitrary, fits), { numRuns: 30, seed: 5 })
})

test("a departure is found", () => {
  const made = astJson("memory a = b { c: 1 }", "f")
  assert.deepEqual(departures({ ...made, version: 2 }, whole, "ast"), ["ast.version is not 1"])
  assert.deepEqual(departures({ ...made, more: 1 }, whole, "ast"), ["ast.more is not in the schema"])
  assert.equal(departures({ ...made, tree: { ...made.tree, imports: [{}] } }, whole, "ast").length, 2)
})
