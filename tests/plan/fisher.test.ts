/** Fisher information is found once for a module: whatever the stage, and whichever router or composition asks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { plan } from "../../src/compile.ts"
import { askedBy } from "../../src/plan/rows/fisher.ts"
import { checkSource } from "../../src/source.ts"

const spec = (examples: number) => `language 1
backbone encoder = bert "gloss-mini"
data glosses = wordnet
stream topics { tasks: glosses[living, things, mind] }
memory few = random { per_class: 5 }
adapter low_rank = lora
train brief { epochs: 1 }
router near = pi_tuning { memory: few, examples: ${examples} }
composition merged = fisher { labels: given, examples: 16 }
experiment e { on: encoder, stream: topics, adapters: low_rank, train: brief, compositions: merged, bounds: near }
`

const planned = async (examples: number) => {
  const source = { text: spec(examples), file: "spec.l2r", directory: process.cwd() }
  const { spec: checked } = await checkSource(source)
  return plan(checked!, source)
}

test("a router and a composition read the same steps, one for each module", async () => {
  const { steps, cells } = await planned(16)
  const information = steps.filter(({ kind }) => kind === "fisher")
  assert.equal(information.length, 3)
  for (const kind of ["fit", "compose"] as const)
    assert.deepEqual(
      steps
        .filter((step) => step.kind === kind)
        .flatMap(({ inputs }) => (inputs.fisher as string[]).length)
        .sort(),
      kind === "fit" ? [1, 1, 2, 2, 3, 3] : [1, 2, 3],
    )
  const row = cells[0].rows.find(({ name }) => name === "near")!
  assert.equal(row.source, "train")
  assert.equal(row.knowsTask, true)
  for (const { key } of information) assert.ok(row.charged.includes(key))
})

test("asked for otherwise it is found again", async () => {
  const { steps } = await planned(8)
  assert.equal(steps.filter(({ kind }) => kind === "fisher").length, 6)
})

for (const kind of ["router", "composition"] as const)
  for (const [asked, said] of [
    [{ examples: 0, labels: "given" }, '{ examples: 0, labels: "given" }'],
    [undefined, "undefined"],
  ] as const)
    test(`refused: a ${kind} that asks for ${said}`, () => {
      const plugin = { kind, name: "mine", fisher: () => asked }
      assert.throws(() => askedBy({ plugin, chosen: { plugin: "mine", options: {} }, code: "" } as never), {
        name: "PluginError",
        message: `the ${kind} "mine" can't be carried out: its \`fisher\` gives ${said}`,
        help: /return/,
      })
    })
