/** The examples: all check and plan as they stand, and run when they are made small. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import vocabulary from "../../dsl/vocabulary.json" with { type: "json" }
import { plan } from "../../src/compile.ts"
import { inputKeys } from "../../src/plan/key.ts"
import { checkSource } from "../../src/source.ts"
import { writeSibling } from "../run/siblings.ts"
import { checked, example, folder, ran, SIBLING_SIZES, SMALL, siblingsIn, smallBackbone } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-examples-"))
after(() => rmSync(place, { recursive: true, force: true }))
const store = join(place, "store")

const siblings = join(place, "siblings")
before(async () => {
  for (const [name, size] of Object.entries(SIBLING_SIZES)) await writeSibling(join(siblings, name), size)
})

for (const name of readdirSync(folder).sort()) {
  test(`${name} checks and plans`, async () => {
    const source = example(name, siblingsIn(name, siblings))
    const { diagnostics } = await checkSource(source)
    const warned = diagnostics
      .filter(({ severity }) => severity !== "hint")
      .map(({ code, message }) => `${code} ${message}`)
    const arrow = (router: string, adapter: string) =>
      `L2R0510 \`${router}\` can't serve the modules of \`${adapter}\`: it reads low-rank factors, and they have none`
    assert.deepEqual(
      warned,
      name === "03_all_rows"
        ? ["arrow_peft", "arrow_mttl"].flatMap((router) => ["narrow", "mixed"].map((adapter) => arrow(router, adapter)))
        : [],
    )

    const { steps, wanted, cells } = await plan(await checked(source), source)
    const table = join(folder, name, "expected", "table.txt")
    if (existsSync(table)) {
      const printed = readFileSync(table, "utf8").split(/^-+$/m)[1].trim().split("\n\n")[0].split("\n")
      assert.deepEqual(
        printed.map((line) => line.trim().split(/\s+/).slice(0, 2).join(" ").replace("*", "")),
        cells[0].rows.map((row) => `${row.name} ${row.head}`),
        "the rows of expected/table.txt",
      )
    }
    const before = new Set<string>()
    for (const step of steps) {
      assert.ok(
        inputKeys(step).every((key) => before.has(key)),
        `${step.label} stands before one of its inputs`,
      )
      before.add(step.key)
    }
    assert.equal(before.size, steps.length)
    assert.ok(wanted.length > 0 && wanted.every((key) => before.has(key)))
  })
}

for (const name of ["11_transfer", "13_portability"])
  test(`${name} says which folder it lacks as long as its siblings are not made, and asks no hub for it`, async () => {
    // A copy elsewhere: siblings may have been made beside the example.
    const source = { ...example(name), directory: join(place, "nowhere", name) }
    await assert.rejects(plan(await checked(source), source), /there is no folder .*siblings.shallow/)
  })

/** The plugins that a spec has, by kind, in a row or in what a row needs. */
const PLUGINS = {
  memory: "memories",
  adapter: "adapters",
  grouping: "groupings",
  transfer: "transfers",
  router: "routers",
  composition: "compositions",
  strategy: "strategies",
  probe: "probes",
} as const

test("every plugin that ships stands in an example", async () => {
  const used = new Set<string>()
  for (const name of readdirSync(folder)) {
    const spec = await checked(example(name, siblingsIn(name, siblings)))
    for (const [kind, declared] of Object.entries(PLUGINS))
      for (const { plugin } of Object.values(spec[declared])) used.add(`${kind} ${plugin.name}`)
    // Bounds without options need no declaration.
    for (const { bounds } of Object.values(spec.experiments))
      for (const bound of bounds) for (const kind of ["router", "strategy", "probe"]) used.add(`${kind} ${bound}`)
  }
  const shipped = Object.keys(PLUGINS).flatMap((kind) =>
    Object.keys(vocabulary.kinds[kind as keyof typeof PLUGINS]).map((name) => `${kind} ${name}`),
  )
  assert.deepEqual(
    shipped.filter((one) => !used.has(one)),
    [],
  )
})

const elsewhere =
  (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
  "the same steps on each runtime: here tests/examples/smoke.test.ts, on Node these"

test("04: modules are trained once, whatever routes them and in whatever order the tasks come", {
  skip: elsewhere,
}, async () => {
  const small = {
    "max_tokens: 48": "max_tokens: 16",
    "data glosses = wordnet":
      "data glosses = wordnet { train_per_class: 8, validation_per_class: 2, test_per_class: 5 }",
    "epochs: 3": "epochs: 1",
    ...(await smallBackbone(join(place, "swept"))),
  }
  const setting = Object.entries(small).reduce(
    (text, [from, to]) => text.replace(from, to),
    readFileSync(join(folder, "04_sweep", "setting.l2r"), "utf8"),
  )
  writeFileSync(join(place, "setting.l2r"), setting)
  const source = example("04_sweep", {
    "./setting.l2r": join(place, "setting.l2r").replaceAll("\\", "/"),
    "[living, things, mind]": "[living, things]",
    "written, shuffled(2)": "written, reversed",
    "[10, 40]": "[1, 2]",
    "1..2": "1",
  })
  const { results, computed } = await ran(source, store)
  const kinds = [...computed.values()].map((step) => step.split(":")[0])
  assert.equal(kinds.filter((kind) => kind === "module").length, 2 * 2, "ranks and tasks")
  assert.equal(results.cells.length, 2 * 2, "ranks and orders")
  for (const { summary } of results.cells) {
    assert.deepEqual(
      summary.map(({ row }) => row),
      ["learnt[epochs=1]", "learnt[epochs=2]", "nearest", "uniform", "uniform", "oracle"],
    )
    for (const { row, classIncremental } of summary) assert.ok(Number.isFinite(classIncremental?.value), row)
  }
})

test("02: a router of one's own is trained, stands in the table, and only it is fitted again", async () => {
  const small = {
    ...SMALL,
    ...(await smallBackbone(join(place, "backbone"))),
    "memory: few, centres": "memory: few, epochs: 2, centres",
  }
  const first = await ran(example("02_own_router", small), store)
  const [cell] = first.results.cells
  const digests = cell.tasks.map((task) => first.results.provenance.dataDigests[`glosses/${task}`])
  assert.ok(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest)))
  assert.equal(new Set(digests).size, cell.tasks.length, "each task's texts have a digest of their own")
  assert.deepEqual(
    cell.rows.map(({ name, plugin, head, source, how }) => [name, plugin, head, source, how].join(" ")),
    [
      "own nearest_class kept memory composes",
      "own nearest_class refit memory composes",
      "learnt l2r kept memory composes",
      "learnt l2r refit memory composes",
      "nearest similarity kept memory selects",
      "uniform uniform kept none composes",
      "uniform uniform refit memory composes",
      "oracle oracle kept none selects",
    ],
  )
  const [own] = cell.rows
  assert.equal(own.cost.trainableParameters, 2 * (1 + 2) * 5 * 16) // blocks, common start and modules, centres, width
  const { units, mean } = own.stages[1].gates!
  assert.deepEqual(units, ["layer.0", "layer.1"])
  for (const gates of mean.flat()) assert.ok(Math.abs(gates[0] + gates[1] - 1) < 2e-4)
  assert.ok(new Set(mean.map(([[gate]]) => gate)).size > 1, "gates depend on the example")
  assert.deepEqual(cell.comparisons.map(({ left, right }) => [left, right].join(" - ")).sort(), [
    "own (kept heads) - learnt (kept heads)",
    "own (kept heads) - nearest",
    "own (refit heads) - learnt (refit heads)",
    "own (refit heads) - nearest",
  ])

  const again = await ran(example("02_own_router", small), store)
  assert.deepEqual([...again.computed.values()], [])
  assert.deepEqual(again.results.cells, first.results.cells)

  const changed = await ran(example("02_own_router", { ...small, "tau: 1": "tau: 2" }), store)
  assert.deepEqual(
    [...changed.computed.values()].filter((step) => !/^(fit|encode|evaluate): .* own /.test(step)),
    ["scores: scores of routing · low_rank"],
  )
  assert.equal(changed.computed.size, 1 + 2 * 2 * 3) // heads, stages, kinds
  const unchanged = new Set(first.planned.steps.map(({ key }) => key))
  assert.ok([...changed.computed.keys()].every((key) => !unchanged.has(key)))
  const others = (rows: typeof cell.rows) => rows.filter(({ name }) => name !== "own")
  assert.deepEqual(others(changed.results.cells[0].rows), others(cell.rows))
  assert.notDeepEqual(changed.results.cells[0].rows[0].stages, own.stages)
})
