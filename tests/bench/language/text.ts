/**
 * Megabytes a second of the language's phases in the runtime that runs this file, beside `yaml` and `@typespec/compiler` on
 * equal content, as one line of JSON. `run.ts` starts it.
 *
 *   bun tests/bench/language/text.ts [--characters 400000] [--turns 15] [--peers FOLDER]
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { format } from "../../../dsl/format/index.ts"
import { check, type Vocabulary } from "../../../dsl/index.ts"
import { parse } from "../../../dsl/syntax/parse.ts"
import { asTypeSpec, asYaml, longSpec } from "./notations.ts"
import { spread } from "./spread.ts"

const { values } = parseArgs({
  options: {
    characters: { type: "string", default: "400000" },
    turns: { type: "string", default: "15" },
    peers: { type: "string" },
  },
})
const turns = Number(values.turns)
const vocabulary = JSON.parse(
  readFileSync(new URL("../../../dsl/vocabulary.json", import.meta.url), "utf8"),
) as Vocabulary

/** Two texts in turn, so that nothing is answered from the last one; by processor time, which other programs change little. */
const measured = (what: string, texts: readonly string[], work: (text: string) => unknown) => {
  for (let i = 0; i < 6; i++) work(texts[i % 2])
  const times = Array.from({ length: turns }, (_, i) => {
    const before = process.cpuUsage()
    work(texts[i % 2])
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  const { median, best } = spread(times)
  const rate = (milliseconds: number) => texts[0].length / 1000 / milliseconds
  return { what, characters: texts[0].length, rate: rate(median), best: rate(best), median }
}

const texts = ["", "x"].map((mark) => longSpec(Number(values.characters), mark))
const rows = [
  measured("parse, with all places", texts, (text) => parse(text, "f", () => {})),
  measured("check", texts, (text) => check(text, { file: "f", vocabulary })),
  measured("format", texts, (text) => format(text)),
]
if (values.peers) {
  const at = (file: string) => pathToFileURL(join(values.peers as string, "node_modules", file)).href
  const yaml = await import(at("yaml/dist/index.js"))
  const typespec = await import(at("@typespec/compiler/dist/src/ast/index.js"))
  const sound = (errors: readonly unknown[]): void => {
    if (errors.length > 0) throw new Error(`a peer does not read its text: ${String(errors[0])}`)
  }
  const inYaml = texts.map(asYaml)
  const inTypeSpec = texts.map(asTypeSpec)
  sound(yaml.parseDocument(inYaml[0]).errors)
  sound(typespec.parse(inTypeSpec[0]).parseDiagnostics)
  rows.push(
    measured("yaml parseDocument, with all places", inYaml, (text) => yaml.parseDocument(text)),
    measured("@typespec/compiler parse", inTypeSpec, (text) => typespec.parse(text)),
  )
}
console.log(JSON.stringify(rows))
