/** The comparison with the PyTorch reference: its spec is sound, plans exactly the rows that it is compared on, and a missing row is found. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { checkSource, plan } from "../../src/compile.ts"
import { pairsFor, rowKey, unpaired } from "./reference/rows.ts"
import { readReference } from "./reference/runs.ts"
import { type Experiment, specText } from "./reference/spec.ts"
import { prepare } from "./reference/streams.ts"
import { compare } from "./reference/table.ts"

const backbone = fileURLToPath(new URL("../golden/tiny_bert", import.meta.url))

const stream = async (scratch: string) => {
  for (const task of ["t1", "t2", "t10"]) {
    mkdirSync(join(scratch, "raw", task), { recursive: true })
    const rows = ["a", "b"].flatMap((label) =>
      Array.from({ length: 6 }, (_, i) => JSON.stringify({ text: `${task} ${label} ${i}`, label })),
    )
    writeFileSync(join(scratch, "raw", task, "train.jsonl"), rows.join("\n"))
    writeFileSync(join(scratch, "raw", task, "test.jsonl"), `${rows.join("\n")}\n{"text": "stray", "label": "c"}\n`)
  }
  return prepare(join(scratch, "raw"), { train: 0, test: 4 }, scratch)
}

for (const [adapter, joint] of [
  ["lora", true],
  ["bottleneck", true],
  ["lora", false],
] as const)
  test(`the spec for ${adapter}${joint ? "" : " without joint training"} plans exactly the rows of the reference`, async () => {
    const scratch = mkdtempSync(join(tmpdir(), "l2r-side-"))
    try {
      const { folder, tasks, test: texts } = await stream(scratch)
      assert.deepEqual(tasks, ["t1", "t10", "t2"])
      assert.equal(texts, 12)
      const experiment: Experiment = {
        backbone,
        data: folder,
        tasks,
        adapter,
        seed: 2,
        memory: "memory.json",
        epochs: 1,
        fitEpochs: 1,
        joint,
      }
      const source = { file: "spec.l2r", directory: scratch, text: specText(experiment) }
      const { spec, diagnostics } = await checkSource(source)
      assert.deepEqual(
        diagnostics.map(({ message }) => message),
        [],
      )
      const { cells } = await plan(spec!, source, { finalStageOnly: true })
      const planned = cells[0].rows
        .filter(({ seed }) => seed === 2)
        .map(({ name, head }) => rowKey({ row: name, head }))
      const paired = pairsFor(adapter, joint)
      assert.deepEqual([...planned].sort(), paired.map(({ ours }) => rowKey(ours)).sort())
      assert.deepEqual(
        unpaired(
          adapter,
          paired.map(({ reference }) => reference),
          planned,
          { joint },
        ),
        [],
      )
      assert.equal(
        unpaired(
          adapter,
          paired.slice(1).map(({ reference }) => reference),
          planned.slice(1),
          { joint },
        ).length,
        2,
      )
      // An output that ends before the row that is not judged serves for the table, not for the timing.
      const judged = paired.flatMap(({ reference, differs }) => (differs ? [] : [reference]))
      assert.deepEqual(unpaired(adapter, judged, planned, { joint, judgedOnly: true }), [])
      assert.equal(unpaired(adapter, judged, planned, { joint }).length, joint ? 1 : 0)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  })

test("accuracies of the reference are read, and means are judged by their difference", () => {
  const line = (router: string) =>
    JSON.stringify(
      router === "oracle"
        ? { router, setup: "TIL", acc: 80 }
        : / heads_|multi|seq/.test(router)
          ? { router, CIL: 50, TIL: 70 }
          : { router, setup: "CIL", acc: 60, router_acc: 65 },
    )
  const text = [
    JSON.stringify({ event: "data" }),
    ...pairsFor("lora").map(({ reference }) => line(reference)),
    JSON.stringify({ event: "process", seconds: 3 }),
  ].join("\n")
  const { rows, seconds } = readReference(text)
  assert.equal(seconds, 3)
  assert.deepEqual(rows.get("oracle"), { taskIncremental: 80 })
  const ours = new Map(
    pairsFor("lora").map(({ reference, ours: row }) => [
      rowKey(row),
      {
        classIncremental: 50,
        taskIncremental: 70,
        task: 65,
        ...(reference === "oracle" ? { taskIncremental: 82 } : {}),
      },
    ]),
  )
  const lines = compare("lora", new Map([[1, ours]]), new Map([[1, rows]]))
  assert.equal(lines.find(({ pair }) => pair.reference === "oracle")!.verdict, "outside")
  assert.equal(lines.find(({ pair }) => pair.reference === "uniform heads_kept")!.verdict, "within")
  assert.equal(lines.find(({ pair }) => pair.reference === "max_confidence")!.verdict, "outside")
  assert.equal(lines.find(({ pair }) => pair.reference === "sequential")!.verdict, "not comparable")
  assert.deepEqual(compare("lora", new Map([[1, new Map()]]), new Map([[1, rows]])), [])
  assert.throws(
    () => compare("lora", new Map([[1, new Map([...ours].map(([row]) => [row, {}]))]]), new Map([[1, rows]])),
    /has no/,
  )
})
