import assert from "node:assert/strict"
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import * as Cause from "effect/Cause"
import fc from "fast-check"
import type { StoredArray } from "../../src/plan/step.ts"
import { Damage, openStore, type StoreError } from "../../src/run/store/index.ts"
import { runToy, toyPlan, withFolder } from "./toy_plan.ts"

const key = "ab".repeat(32)
const step = { key, kind: "module", label: "module one" } as const
const cost = { seconds: 1.5, cpuSeconds: 1.25 }
const artifact = { json: { loss: [0.5, 0.25] }, arrays: { W: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } } }

const array: fc.Arbitrary<StoredArray> = fc
  .oneof(fc.float32Array(), fc.float64Array(), fc.int32Array(), fc.uint8Array())
  .map((data) => ({ shape: [data.length], data }))

test("what is written is read back, bit for bit", () =>
  withFolder(async (folder) => {
    const store = openStore(folder)
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: fc.constantFrom(..."abc/._1"), minLength: 1 }), array),
        fc.jsonValue(),
        (arrays, json) => {
          store.write(step, { arrays, json: json as never }, cost)
          const read = store.read(key)
          const bytes = ({ data }: StoredArray) => [
            data.constructor.name,
            ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
          ]
          assert.deepEqual(Object.keys(read.arrays).sort(), Object.keys(arrays).sort())
          for (const name of Object.keys(arrays)) assert.deepEqual(bytes(read.arrays[name]), bytes(arrays[name]))
          assert.deepEqual(
            read.json,
            JSON.parse(JSON.stringify(json, (_, value) => (Object.is(value, -0) ? 0 : value))),
          )
        },
      ),
      { numRuns: 30 },
    )
  }))

test("the record says what, when, by which version, at which cost, and how large", () =>
  withFolder(async (folder) => {
    const written = openStore(folder).write(step, artifact, cost, [{ message: "collapsed" }])
    const read = openStore(folder).record(key)
    assert.deepEqual(read, written)
    assert.equal(read?.l2r, JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version)
    assert.equal(read?.cpuSeconds, 1.25)
    assert.ok(Date.parse(read?.created ?? "") > 0 && (read?.arrays?.bytes ?? 0) > 16)
  }))

test("equal artifacts are one object", () =>
  withFolder(async (folder) => {
    const store = openStore(folder)
    const first = store.write(step, artifact, cost)
    const second = store.write({ ...step, key: "cd".repeat(32) }, artifact, cost)
    assert.equal(first.arrays?.digest, second.arrays?.digest)
    assert.equal(filesBelow(join(folder, "objects")).length, 2)
  }))

test("whichever byte of a record is altered, the record is found to be damaged", () =>
  withFolder(async (folder) => {
    const long = { seconds: 0.1 + 0.7, cpuSeconds: 0.1 + 0.2 }
    openStore(folder).write(step, artifact, long)
    const [path] = filesBelow(join(folder, "steps"))
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length - 1; at++) {
      const altered = Buffer.from(whole)
      altered[at] ^= 1
      writeFileSync(path, altered)
      assert.throws(() => openStore(folder).record(key), Damage, `byte ${at}: ${altered.subarray(at - 20, at + 4)}`)
    }
  }))

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )

/** Ways in which a file can go bad. */
const damages: Readonly<Record<string, (path: string) => void>> = {
  removed: (path) => rmSync(path),
  emptied: (path) => truncateSync(path, 0),
  truncated: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  lengthened: (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from("x")])),
  altered: (path) => {
    const bytes = readFileSync(path)
    bytes[bytes.length - 2] ^= 1
    writeFileSync(path, bytes)
  },
  zeroed: (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
  replaced: (path) => writeFileSync(path, "null"),
}
const victims = { record: "/steps/", json: ".json", arrays: ".safetensors" }

for (const [how, damage] of Object.entries(damages))
  test(`records and objects that were ${how} are never used`, () =>
    withFolder(async (folder) => {
      for (const victim of Object.keys(victims) as (keyof typeof victims)[]) {
        const store = openStore(folder)
        const { json, arrays } = store.write(step, artifact, cost)
        const name = { record: key, json: json.digest, arrays: arrays?.digest }[victim] as string
        const path = filesBelow(folder).find(
          (file) => file.includes(name) && file.endsWith(victim === "arrays" ? ".safetensors" : ".json"),
        ) as string
        damage(path)
        assert.throws(() => store.read(key), Damage)
        if (!(victim === "record" && how === "removed")) assert.throws(() => store.verify(key), Damage)
        else assert.equal(store.verify(key), undefined)
        store.write(step, artifact, cost)
        assert.deepEqual(store.read(key).json, artifact.json)
      }
    }))

test("any changed byte of a record is noticed", () =>
  withFolder(async (folder) => {
    const store = openStore(folder)
    store.write(step, artifact, cost)
    const path = join(folder, "steps", `${key}.json`)
    const whole = readFileSync(path)
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Buffer.from(whole)
        changed[at] ^= bits
        writeFileSync(path, changed)
        try {
          assert.deepEqual(
            store.record(key),
            JSON.parse(whole.toString(), (name, value) => (name === "checksum" ? undefined : value)),
          )
        } catch (cause) {
          assert.ok(cause instanceof Damage, String(cause))
        }
      }),
      { numRuns: 200 },
    )
  }))

test("a damaged result is computed again with a warning, and only that", () =>
  withFolder(async (folder) => {
    const plan = toyPlan()
    await runToy(folder, plan)
    const before = openStore(folder).record(plan[4].key)
    truncateSync(filesBelow(folder).find((file) => file.includes(before?.arrays?.digest ?? "?")) as string, 5)
    const needed = toyPlan({ evaluate: { value: 1 } })
    const run = await runToy(folder, needed)
    assert.equal(run.error, undefined)
    assert.deepEqual(run.labels("finished"), ["fit", "evaluate"])
    const [warning] = run.events.filter((event) => event.type === "warning")
    assert.match(warning.message, /"fit" in the store is damaged .*: it is computed again/)
    assert.equal(openStore(folder).record(plan[4].key)?.arrays?.digest, before?.arrays?.digest)
  }))

test("leftovers of killed runs are removed when they are old, and never taken for results", () =>
  withFolder(async (folder) => {
    openStore(folder).write(step, artifact, cost)
    const [old, young] = ["old", "young"].map((name) => join(folder, "steps", `.${name}.json.1.ff.tmp`))
    for (const path of [old, young]) writeFileSync(path, "{")
    utimesSync(old, 1, 1)
    openStore(folder)
    assert.deepEqual(readdirSync(join(folder, "steps")).sort(), [".young.json.1.ff.tmp", `${key}.json`])
  }))

test("a store that can't be made or written says what, where and what to do", () =>
  withFolder(async (folder) => {
    const file = join(folder, "file")
    writeFileSync(file, "")
    for (const place of [file, join(file, "below")])
      assert.throws(
        () => openStore(place),
        (error: StoreError) =>
          error._tag === "StoreError" && error.message.includes(place) && /--store DIR/.test(error.help),
      )
    const store = openStore(join(folder, "store"))
    rmSync(join(store.directory, "objects"), { recursive: true })
    writeFileSync(join(store.directory, "objects"), "in the way")
    assert.throws(
      () => store.write(step, artifact, cost),
      (error: StoreError) => error._tag === "StoreError" && /keep the result of "module one"/.test(error.message),
    )
  }))

test("a store that stops taking results ends the run with a StoreError, and keeps what is finished", () =>
  withFolder(async (folder) => {
    const plan = toyPlan()
    const [first, second] = [join(folder, "first"), join(folder, "second")]
    await runToy(first, plan)
    // A file stands where an object of "module two" has to go: even root can't write there.
    const digest = openStore(first).record(plan[3].key)?.arrays?.digest as string
    openStore(second)
    writeFileSync(join(second, "objects", digest.slice(0, 2)), "in the way")
    const run = await runToy(second, plan, { size: 1 })
    const error = Cause.squash(run.error as Cause.Cause<unknown>) as StoreError
    assert.equal(error._tag, "StoreError")
    assert.match(error.message, /keep the result of "module two" in the store/)
    for (const label of run.labels("finished"))
      assert.ok(openStore(second).has(plan.find((one) => one.label === label)?.key as string))
  }))
