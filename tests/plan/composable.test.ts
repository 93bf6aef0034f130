/** Which libraries a composition can make one module of, as far as adapters tell; and what a spec may say of compositions. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, type Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import ia3 from "../../plugins/adapters/ia3.ts"
import lora from "../../plugins/adapters/lora.ts"
import concatenation from "../../plugins/compositions/concatenation.ts"
import linear from "../../plugins/compositions/linear.ts"
import ties from "../../plugins/compositions/ties.ts"
import { plan } from "../../src/compile.ts"
import type { Resolved } from "../../src/plan/chosen.ts"
import { whyNotComposed } from "../../src/plan/rows/composable.ts"
import { type Adapter, type Composition, Schema } from "../../src/plugin/index.ts"
import { checkSource } from "../../src/source.ts"

const resolved = <P extends Adapter | Composition>(plugin: P, options: object = {}): Resolved<P> => ({
  plugin,
  chosen: { plugin: plugin.name, options: Schema.decodeUnknownSync(plugin.options)(options as never) as never },
  code: "",
})

test("modules of one adapter with the same options are composed, whatever it is, unless factors are needed", () => {
  for (const adapter of [lora, ia3, bottleneck] as readonly Adapter[])
    assert.equal(whyNotComposed(resolved(ties), [resolved(adapter), resolved(adapter)]), undefined)
  assert.match(
    whyNotComposed(resolved(concatenation), [resolved(ia3 as Adapter)]) as string,
    /concatenation needs low-rank modules; the adapter ia3 is not low-rank/,
  )
  assert.match(
    whyNotComposed(resolved(concatenation), [resolved(lora as Adapter, { decomposed: true })]) as string,
    /with these options is not low-rank/,
  )
})

test("low-rank modules of unlike ranks are composed by their updates, and not by their factors", () => {
  const library = [resolved(lora as Adapter), resolved(lora as Adapter, { rank: 2 })]
  assert.equal(whyNotComposed(resolved(linear, { on: "updates" }), library), undefined)
  assert.equal(whyNotComposed(resolved(concatenation), library), undefined)
  assert.match(
    whyNotComposed(resolved(linear), library) as string,
    /linear needs modules of one adapter with the same options; this library has lora with different options/,
  )
})

test("other unlike modules are not composed, nor are low-rank ones at different sites", () => {
  assert.match(
    whyNotComposed(resolved(ties), [resolved(lora as Adapter), resolved(bottleneck as Adapter)]) as string,
    /or low-rank ones; this library has lora and bottleneck/,
  )
  assert.match(
    whyNotComposed(resolved(ties), [
      resolved(lora as Adapter),
      resolved(lora as Adapter, { targets: ["key"] }),
    ]) as string,
    /at the same sites; some are at query, value, some at key/,
  )
})

const spec = (more: string) => `language 1
backbone encoder = bert "gloss-mini"
data glosses = wordnet
stream topics { tasks: glosses[living, things] }
adapter low_rank = lora
adapter scaled = ia3
train brief { epochs: 1 }
${more}
`
const source = (text: string) => ({ text, file: "spec.l2r", directory: process.cwd() })
const problems = async (text: string) =>
  (await checkSource(source(text))).diagnostics
    .filter(({ code }) => code !== "L2R0520") // an adapter that a trial leaves out
    .map(({ code, message }) => `${code} ${message}`)

const trial = (compositions: string, adapters = "low_rank") =>
  `experiment e { on: encoder, stream: topics, adapters: ${adapters}, train: brief, compositions: ${compositions} }`

test("the checker knows compositions: their options, that they are declared, and which adapters they can't serve", async () => {
  assert.deepEqual(await problems(spec(`composition all = uniform_merge\n${trial("all")}`)), [])
  assert.match((await problems(spec(`composition all = ties { densty: 0.2 }\n${trial("all")}`)))[0], /^L2R0401/)
  assert.match((await problems(spec(trial("ties"))))[0], /^L2R0310/)
  const side = `composition side = concatenation\n`
  assert.match((await problems(spec(side + trial("side", "[low_rank, scaled]"))))[0], /^L2R0510 `side`/)
  assert.match((await problems(spec(side + trial("side", "scaled"))))[0], /^L2R0511 `side`/)
  const twice = `composition one = svd\ncomposition other = svd\n`
  assert.match((await problems(spec(twice + trial("[one, other]")))).join(), /L2R0521/)
})

test("rows of compositions are compared, by their heads too", async () => {
  const rows = "composition all = uniform_merge { head: kept }\ncomposition side = concatenation\n"
  const asked = (compare: string) => trial("[all, side]").replace(" }", `, compare ${compare} on accuracy }`)
  assert.deepEqual(await problems(spec(rows + asked("all against side.refit"))), [])
  assert.match((await problems(spec(rows + asked("all.refit against side"))))[0], /^L2R0509.*its head is `kept`/)
  assert.match((await problems(spec(rows + asked("all against other"))))[0], /^L2R0507/)
})

test("a task that the stream does not have is an error of the plan, with the tasks that it has", async () => {
  const at = source(spec(`composition less = negation { task: deeds }\n${trial("less")}`))
  // Of a plugin that does not tell which of its options name tasks.
  const untold = JSON.parse(JSON.stringify(shipped), (key, value) => (key === "task_options" ? undefined : value))
  const { spec: sound } = check(at.text, { file: at.file, vocabulary: untold as Vocabulary })
  await assert.rejects(plan(sound!, at), (error: Error & { help?: string }) => {
    assert.match(error.message, /composition "less" names the task "deeds", which the stream "topics" does not have/)
    assert.match(error.help!, /living, things/)
    return true
  })
})
