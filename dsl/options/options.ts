/** Checks values against the schemas of options, and turns them into plain data. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Checking } from "../names/context.ts"
import type { Span, Value } from "../spec.ts"
import type { Setting, ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"
import type { JsonSchema } from "../vocabulary.ts"
import { expand, inRange, isWhole, numbersIn, rangeOf } from "./numbers.ts"
import { referTo } from "./references.ts"
import { found, wanted } from "./wording.ts"

/** The value as plain data; undefined where it was reported, or was broken before. */
export const checkValue = (node: ValueNode, schema: JsonSchema, on: Checking): Value | undefined => {
  if (node.kind === "broken") return undefined
  if (schema.reference) return referTo(node, schema.reference, on)
  const alternatives = alternativesOf(schema)
  if (alternatives.length > 1) return checkAny(node, alternatives, schema, on)
  return checkOne(node, alternatives[0], on)
}

const NOT_FINITE = new Set<unknown>(["NaN", "Infinity", "-Infinity"])

/** The alternatives of a schema, flat; numbers that are no numbers can't be written in a spec and drop out. */
export const alternativesOf = (schema: JsonSchema): readonly JsonSchema[] => {
  if (schema.anyOf) return schema.anyOf.flatMap(alternativesOf)
  if (schema.enum) {
    const kept = schema.enum.filter((member) => !NOT_FINITE.has(member))
    return kept.length === 0 ? [] : [{ ...schema, enum: kept }]
  }
  return Array.isArray(schema.type) ? schema.type.map((type: string) => ({ ...schema, type })) : [schema]
}

/** The first alternative that takes the value; where none does, the complaint of the one that it is nearest to. */
const checkAny = (
  node: ValueNode,
  alternatives: readonly JsonSchema[],
  schema: JsonSchema,
  on: Checking,
): Value | undefined => {
  const complaints: Diagnostic[][] = []
  for (const alternative of alternatives) {
    const complaint: Diagnostic[] = []
    const value = checkValue(node, alternative, { ...on, report: (diagnostic) => complaint.push(diagnostic) })
    if (complaint.length === 0) return value
    complaints.push(complaint)
  }
  const fitting = alternatives.findIndex((alternative) => fits(node, alternative))
  const words = alternatives.flatMap((alternative) => alternative.enum ?? [])
  if (fitting >= 0 && !(alternatives[fitting].enum && words.length > alternatives[fitting].enum.length)) {
    for (const diagnostic of complaints[fitting]) on.report(diagnostic)
  } else if (node.kind === "word" && words.length > 0) checkWord(node, { enum: words }, on)
  else on.report(mismatch(node, schema, on))
  return undefined
}

/** Whether a value has the form that a schema describes, whatever is in it. */
const fits = (node: ValueNode, schema: JsonSchema): boolean => {
  if (schema.reference) return node.kind === "word"
  if (schema.enum)
    return (
      node.kind === "word" ||
      node.kind === "text" ||
      (node.kind === "number" && schema.enum.some((member) => typeof member === "number"))
    )
  switch (schema.type) {
    case "number":
    case "integer":
      return node.kind === "number"
    case "string":
      return node.kind === "word" || node.kind === "text"
    case "boolean":
      return node.kind === "word" && (node.text === "true" || node.text === "false")
    case "array":
      return node.kind === "list" || node.kind === "range"
    case "object":
      return node.kind === "record"
    default:
      return schema.type === undefined
  }
}

const mismatch = (node: ValueNode, schema: JsonSchema, on: Checking): Diagnostic => {
  const [only] = alternativesOf(schema)
  const listed = only?.type === "array" && node.kind !== "list" ? "put it into a list: [...]" : undefined
  const about = schema.description && `it is: ${schema.description}`
  const help = calledSweep(node) ?? listed ?? withoutQuotes(node, schema) ?? oneByOne(node, schema) ?? about
  return diagnose("L2R0404", node.span, { name: on.name, wanted: wanted(schema), found: found(node), help })
}

/** What other languages call for several values. */
const calledSweep = (node: ValueNode): string | undefined => {
  if (node.kind !== "call" && node.kind !== "pick") return undefined
  const values = `[${node.items.map(written).join(", ")}]`
  if (node.name.text === "zip") return `sweeps of one name go in step: write \`sweep both ${values}\` at each`
  if (node.name.text === "range") return "a range reads `1..3`"
  return ["sweep", "grid", "choice", "product"].includes(node.name.text) ? `write \`sweep ${values}\`` : undefined
}

const NUMBERS = new Set(["integer", "number"])

const withoutQuotes = (node: ValueNode, schema: JsonSchema): string | undefined =>
  node.kind === "text" &&
  /^-?\d+(\.\d+)?$/.test(node.value) &&
  alternativesOf(schema).some(({ type }) => NUMBERS.has(String(type)))
    ? `leave the quotes out: ${node.value}`
    : undefined

/** A list where one value belongs: most likely each of them shall be tried. */
const oneByOne = (node: ValueNode, schema: JsonSchema): string | undefined => {
  if (node.kind !== "list" || node.items.length < 2) return undefined
  const tried = alternativesOf(schema).some(
    (one) => (one.enum || NUMBERS.has(String(one.type))) && node.items.every((item) => fits(item, one)),
  )
  return tried ? `for a variant with each, write \`sweep ${written(node)}\`` : undefined
}

const checkOne = (node: ValueNode, schema: JsonSchema | undefined, on: Checking): Value | undefined => {
  if (schema === undefined) return undefined
  if (schema.enum) return fits(node, schema) ? checkWord(node, schema, on) : refuse(mismatch(node, schema, on), on)
  if (!fits(node, schema)) return refuse(mismatch(node, schema, on), on)
  switch (node.kind) {
    case "number":
      return checkNumber(node, schema, on)
    case "text":
      return node.value
    case "word":
      if (node.member) return refuse(mismatch(node, schema, on), on)
      return schema.type === "boolean" ? node.text === "true" : node.text
    case "range": {
      const range = rangeOf(node, on.report)
      return range && checkItems(expand(node, range), node, schema, on)
    }
    case "list":
      return checkItems(node.items, node, schema, on)
    case "record":
      return checkRecord(node, schema, on)
    default:
      return refuse(mismatch(node, schema, on), on)
  }
}

const refuse = (diagnostic: Diagnostic, { report }: Checking): undefined => {
  report(diagnostic)
  return undefined
}

const checkWord = (node: ValueNode, { enum: members = [], offered }: JsonSchema, on: Checking): Value | undefined => {
  const written =
    node.kind === "word" && !node.member
      ? node.text
      : node.kind === "text" || node.kind === "number"
        ? node.value
        : undefined
  const member = members.find((each) => each === written || (typeof each === "boolean" && String(each) === written))
  if (member !== undefined && member !== null) return member as Value
  const words = offered ?? members.map(String)
  const word = written === undefined ? found(node).replaceAll("`", "") : String(written)
  const near = nearest(word, words) ?? onlyWith(word, words)
  return refuse(
    diagnose(
      "L2R0406",
      node.span,
      { name: on.name, word, near, words },
      near ? { fix: { span: node.span, text: near } } : {},
    ),
    on,
  )
}

/** The only one of some names that a word is a part of: `f1` of `weighted_f1`. */
const onlyWith = (part: string, words: readonly string[]): string | undefined => {
  const [only, ...others] = words.filter((word) => word.split("_").includes(part))
  return others.length === 0 ? only : undefined
}

const checkNumber = (node: ValueNode & { kind: "number" }, schema: JsonSchema, on: Checking): Value | undefined => {
  const { name } = on
  if (node.unit && schema.unit !== node.unit)
    return refuse(diagnose("L2R0410", node.span, { name, written: node.written }), on)
  if (schema.type === "integer" && Number.isInteger(node.value) && !isWhole(node.value)) {
    const range = node.value > 0 ? `at most ${Number.MAX_SAFE_INTEGER}` : `at least ${Number.MIN_SAFE_INTEGER}`
    return refuse(diagnose("L2R0405", node.span, { name, value: node.value, range }), on)
  }
  if (schema.type === "integer" && !isWhole(node.value)) {
    return refuse(
      diagnose("L2R0404", node.span, {
        name,
        wanted: wanted(schema),
        found: node.written,
        help: "leave the fraction out",
      }),
      on,
    )
  }
  const range = inRange(node.value, schema)
  return range === true ? node.value : refuse(diagnose("L2R0405", node.span, { name, value: node.value, range }), on)
}

const checkItems = (
  items: readonly ValueNode[],
  node: ValueNode,
  schema: JsonSchema,
  on: Checking,
): Value | undefined => {
  const { minItems = 0 } = schema
  if (items.length < minItems) return refuse(diagnose("L2R0407", node.span, { name: on.name, least: minItems }), on)
  const each = ["integer", "number"].includes(schema.items?.type as string) ? numbersIn(items, on.report) : items
  const values = each.map((item) => checkValue(item, schema.items ?? {}, on))
  if (schema.items?.enum) reportTwice(each, on)
  return values.every((value) => value !== undefined) ? values : undefined
}

/** Words that a list has more than once. */
const reportTwice = (items: readonly ValueNode[], { report }: Checking): void => {
  const first = new Map<string, Span>()
  for (const item of items) {
    if (item.kind !== "word") continue
    const before = first.get(item.text)
    if (before === undefined) first.set(item.text, item.span)
    else {
      const related = [{ span: before, message: "first listed here" }]
      report(diagnose("L2R0505", item.span, { name: item.text }, { related }))
    }
  }
}

const checkRecord = (node: ValueNode & { kind: "record" }, schema: JsonSchema, on: Checking): Value | undefined => {
  for (const { span } of node.comparisons) on.report(diagnose("L2R0409", span, {}))
  reportRepeated(node.settings, on.report)
  if (!schema.properties) {
    const values = node.settings.map(
      ({ key, value }) => [key.text, checkValue(value, {}, { ...on, name: key.text })] as const,
    )
    return values.every(([, value]) => value !== undefined) ? (Object.fromEntries(values) as Value) : undefined
  }
  const owner = `\`${on.name}\``
  const values = checkSettings(node.settings, schema, owner, on)
  const given = new Map(node.settings.map((setting) => [setting.key.text, setting]))
  reportMissing(given, schema, owner, node.span, on.report)
  return values.size === node.settings.length ? Object.fromEntries(values) : undefined
}

/** Each of these settings against its option; what is sound comes back by name. */
export const checkSettings = (
  settings: readonly Setting[],
  schema: JsonSchema,
  owner: string,
  on: Omit<Checking, "name">,
  belongs: Readonly<Record<string, string>> = {},
): Map<string, Value> => {
  const values = new Map<string, Value>()
  const properties = schema.properties ?? {}
  const names = Object.keys(properties)
  for (const { key, value } of settings) {
    if (!Object.hasOwn(properties, key.text)) {
      const meant = Object.hasOwn(belongs, key.text) ? belongs[key.text] : undefined
      const near = meant ? undefined : nearest(key.text, names)
      on.report(
        diagnose(
          "L2R0401",
          key.span,
          { name: key.text, owner, near, names, meant },
          near ? { fix: { span: key.span, text: near } } : {},
        ),
      )
      continue
    }
    const checked = checkValue(value, properties[key.text], { ...on, name: key.text })
    if (checked !== undefined) values.set(key.text, checked)
  }
  return values
}

/** Options that a block gives twice. */
export const reportRepeated = (settings: readonly Setting[], report: Report): void => {
  const first = new Map<string, Setting>()
  for (const setting of settings) {
    const before = first.get(setting.key.text)
    if (before)
      report(
        diagnose(
          "L2R0402",
          setting.key.span,
          { name: setting.key.text },
          { related: [{ span: before.key.span, message: "first given here" }] },
        ),
      )
    else first.set(setting.key.text, setting)
  }
}

/** Options that are given together and exclude each other; of two, the later one is reported. */
export const reportExclusive = (
  given: ReadonlyMap<string, Setting>,
  schema: JsonSchema,
  owner: string,
  report: Report,
): void => {
  for (const { not } of schema.allOf ?? []) {
    const together = not.required.flatMap((name) => given.get(name) ?? [])
    if (together.length < not.required.length) continue
    const [first, ...others] = together.sort((a, b) => a.span.start - b.span.start)
    const last = others.at(-1) ?? first
    const related = [{ span: first.key.span, message: "given here" }]
    report(diagnose("L2R0417", last.key.span, { left: first.key.text, right: last.key.text, owner }, { related }))
  }
}

/** Required options that are not there, unless a misspelt one was meant for them. */
export const reportMissing = (
  given: ReadonlyMap<string, Setting>,
  schema: JsonSchema,
  owner: string,
  span: Setting["span"],
  report: Report,
): void => {
  const properties = schema.properties ?? {}
  const meant = new Set(
    [...given.keys()]
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => nearest(name, Object.keys(properties))),
  )
  for (const name of schema.required ?? []) {
    if (!given.has(name) && !meant.has(name))
      report(diagnose("L2R0403", span, { name, owner, about: properties[name]?.description }))
  }
}
