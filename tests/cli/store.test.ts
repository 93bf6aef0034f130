/** What becomes of a run whose store is damaged, shared with another run, or full. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import type { PlannedStep, RunEvent } from "../../src/run/events.ts"
import { openStore } from "../../src/run/store/index.ts"
import { differences } from "../kill/content.ts"
import { contentOf, everyStep, KINDS } from "./every_step.ts"
import { type Ended, type Place, placed, placeIn, start } from "./place.ts"

const succeeded = async (place: Place): Promise<Ended> => {
  const end = await start(place).ended
  assert.equal(end.code, 0, end.said)
  return end
}

/** A finished run, computed once and copied into each place that asks for it. */
const calm = mkdtempSync(join(tmpdir(), "l2r-calm-"))
process.on("exit", () => rmSync(calm, { recursive: true, force: true }))
const computed = (): Promise<Ended> =>
  placed(everyStep, async (place) => {
    const end = await succeeded(place)
    cpSync(place.store, join(calm, "store"), { recursive: true })
    cpSync(place.out, join(calm, "report"), { recursive: true })
    return end
  })
let once: Promise<Ended> | undefined
const finished = async (): Promise<{
  readonly steps: readonly PlannedStep[]
  readonly content: ReturnType<typeof contentOf>
}> => {
  once ??= computed()
  return { steps: stepsOf(await once), content: contentOf({ store: join(calm, "store"), out: join(calm, "report") }) }
}

const stepsOf = ({ events: [first] }: Ended): readonly PlannedStep[] => (first.type === "planned" ? first.steps : [])
const keysOf = (events: readonly RunEvent[], type: "started" | "warning"): readonly string[] =>
  events.flatMap((event) => (event.type === type && event.key !== undefined ? [event.key] : []))
const equal = (place: Place, expected: ReturnType<typeof contentOf>, said: string): void =>
  assert.deepEqual(differences(expected, contentOf(place)), [], said)

const elsewhere =
  (process.versions.bun ?? process.versions.deno) !== undefined &&
  "the same on each runtime: here one harm, on Node all"

const flipped = (path: string): void => {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length / 2)] ^= 1
  writeFileSync(path, bytes)
}
const harms = {
  truncated: (path: string) => truncateSync(path, 20),
  altered: flipped,
  deleted: (path: string) => rmSync(path, { force: true }),
}

/** The files of a step: its record, and the objects that it names. */
const filesOf = (store: string, key: string) => {
  const { json, arrays } = openStore(store).record(key) as { json: { digest: string }; arrays?: { digest: string } }
  const object = ({ digest }: { digest: string }, format: string) =>
    join(store, "objects", digest.slice(0, 2), `${digest}.${format}`)
  return {
    record: join(store, "steps", `${key}.json`),
    json: object(json, "json"),
    ...(arrays && { arrays: object(arrays, "safetensors") }),
  }
}

for (const [harm, spoil] of Object.entries(harms))
  test(
    `what is ${harm} in the store of a finished run, of every kind of step, is computed again with a warning`,
    {
      skip: harm !== "altered" && elsewhere,
    },
    () =>
      placed(everyStep, async (place) => {
        const { steps, content } = await finished()
        cpSync(join(calm, "store"), place.store, { recursive: true })
        assert.deepEqual(
          KINDS.filter((kind) => steps.every((step) => step.kind !== kind)),
          [],
          "a kind of step that the plan lacks",
        )

        // Files first, then harm: two steps may share an object. Of the steps of one kind each loses another file.
        const files = steps.map(({ key }) => filesOf(place.store, key))
        const chosen = steps.map(({ kind }, i) => {
          const all = Object.values(files[i])
          const nth = steps.slice(0, i).filter((before) => before.kind === kind).length
          return all[(nth + KINDS.indexOf(kind)) % all.length]
        })
        for (const path of new Set(chosen)) spoil(path)

        const again = await succeeded(place)
        assert.deepEqual([...keysOf(again.events, "started")].sort(), steps.map(({ key }) => key).sort(), again.said)
        const silent = (i: number) => harm === "deleted" && chosen[i] === files[i].record // as if it had never run
        const warned = keysOf(again.events, "warning")
        assert.deepEqual(
          steps.flatMap(({ key, label }, i) => (silent(i) || warned.includes(key) ? [] : [label])),
          [],
          again.said,
        )
        assert.match(again.said, /in the store is damaged .*it is computed again/)
        equal(place, content, again.said)
      }),
  )

test("of a damaged store only what is damaged is computed again", () =>
  placed(everyStep, async (place) => {
    const { steps, content } = await finished()
    cpSync(join(calm, "store"), place.store, { recursive: true })
    const { key } = steps.find(({ kind }) => kind === "scores") as PlannedStep
    flipped(filesOf(place.store, key).json)
    const again = await succeeded(place)
    assert.deepEqual([keysOf(again.events, "started"), keysOf(again.events, "warning")], [[key], [key]], again.said)
    equal(place, content, again.said)
    assert.deepEqual(keysOf((await succeeded(place)).events, "started"), [])
  }))

test("two runs at once on one store do no harm", () =>
  placed(everyStep, async (place) => {
    const { content } = await finished()
    const other = placeIn(place.folder, "other", place.store)
    const ends = await Promise.all([succeeded(place), succeeded(other)])
    for (const [i, each] of [place, other].entries()) equal(each, content, ends[i].said)
    assert.ok(readdirSync(join(place.store, "steps")).every((name) => name.endsWith(".json")))
  }))

/** Mounts a disk in memory; the size is changed where it is mounted already. */
const mount = (folder: string, size: string, again = false) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `${again ? "remount," : ""}size=${size}`, "l2r-test", folder], {
    encoding: "utf8",
  })
const unmount = (folder: string) => spawnSync("umount", ["-l", folder])

const unmountable = (): string | false => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux can mount a small disk"
  const folder = mkdtempSync(join(tmpdir(), "l2r-disk-"))
  const { status, stderr } = mount(folder, "64k")
  if (status === 0) unmount(folder)
  rmSync(folder, { recursive: true })
  return status !== 0 && `no small disk can be mounted here: ${stderr?.trim()}`
}

test(
  "on a full disk the run ends with a message, keeps what is finished, and goes on with more room",
  { skip: unmountable() },
  () =>
    placed(everyStep, async (place) => {
      const { content } = await finished()
      mkdirSync(place.store)
      assert.equal(mount(place.store, "256k").status, 0)
      try {
        const full = await start(place).ended
        assert.equal(full.code, 1, full.said)
        assert.match(full.said, /^error: cannot .*store.*the disk is full.*\n {2}help: .*--store DIR/m)
        assert.doesNotMatch(full.said, /^\s+at /m)
        const kept = full.events.filter(({ type }) => type === "finished").length
        assert.ok(kept > 0, full.said)
        assert.equal(mount(place.store, "64m", true).status, 0)
        const [planned] = (await succeeded(place)).events
        assert.equal(planned.type === "planned" && planned.cached.length, kept)
        equal(place, content, full.said)
      } finally {
        unmount(place.store)
      }
    }),
)
