import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { StepBuilder } from "../../src/plan/builder.ts"
import { canonical } from "../../src/plan/canonical.ts"
import { type Determinants, stepKey } from "../../src/plan/key.ts"

const base: Determinants = {
  kind: "module",
  options: { task: "living", epochs: 3 },
  inputs: { tokens: "a".repeat(64) },
  code: ["c1", "c2"],
  numeric: {
    profile: { backend: "onnxruntime", version: "1", provider: "cpu", precision: "float32", threads: 1 },
    processor: "p",
  },
}

const changes: Readonly<Record<string, Partial<Determinants>>> = {
  kind: { kind: "shared" },
  options: { options: { task: "living", epochs: 4 } },
  inputs: { inputs: { tokens: "b".repeat(64) } },
  "an input's name": { inputs: { texts: "a".repeat(64) } },
  code: { code: ["c1", "c3"] },
  "the number of threads": {
    numeric: {
      profile: { backend: "onnxruntime", version: "1", provider: "cpu", precision: "float32", threads: 2 },
      processor: "p",
    },
  },
  "the processor": {
    numeric: {
      profile: { backend: "onnxruntime", version: "1", provider: "cpu", precision: "float32", threads: 1 },
      processor: "q",
    },
  },
}
for (const [what, change] of Object.entries(changes))
  test(`another ${what} gives another key`, () => {
    assert.notEqual(stepKey({ ...base, ...change }), stepKey(base))
    assert.match(stepKey(base), /^[0-9a-f]{64}$/)
  })

test("label and estimate are no part of a key, and neither is the order of options", () => {
  const options = { epochs: 3, task: "living" }
  assert.equal(
    stepKey({ ...base, options, label: "x", estimate: { seconds: 1, bytes: 1 } } as Determinants),
    stepKey(base),
  )
})

test("the order of inputs is part of a key", () => {
  assert.notEqual(
    stepKey({ ...base, inputs: { modules: ["a", "b"] } }),
    stepKey({ ...base, inputs: { modules: ["b", "a"] } }),
  )
})

test("canonical JSON means the same as JSON, and does not depend on the order of keys", () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reversed(item)]),
          )
        : value
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
      assert.deepEqual(
        JSON.parse(canonical(value)),
        JSON.parse(JSON.stringify(value, (_, item) => (Object.is(item, -0) ? 0 : item))),
      )
      assert.equal(canonical(reversed(value)), canonical(value))
    }),
  )
})

test("numbers that JSON does not have are refused, absent values left out", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, () => 1]) assert.throws(() => canonical({ bad }), RangeError)
  assert.equal(canonical({ b: undefined, a: -0 }), '{"a":0}')
})

test("a key rests on what is in a model's files, and not on where they lie or on a name of their revision", () => {
  const builder = new StepBuilder(
    { backend: "b", version: "1", provider: "cpu", precision: "float32", threads: 1 },
    "p",
    "c",
  )
  const key = (location: string, revision: string | undefined, fingerprint: string) =>
    builder.add({
      kind: "tokens",
      label: "",
      options: {
        backbone: {
          plugin: "bert",
          options: { max_tokens: 8, ...(revision && { revision }) },
          location,
          directory: "/",
          fingerprint,
        },
      },
      inputs: {},
      seconds: 0,
      bytes: 0,
    })
  const local = key("models/tiny", undefined, "f1")
  assert.equal(key("acme/tiny", "main", "f1"), local)
  assert.equal(key("acme/tiny", "v1.0", "f1"), local)
  assert.notEqual(key("acme/tiny", "main", "f2"), local)
})

test("another option of that name counts", () => {
  const builder = new StepBuilder(
    { backend: "b", version: "1", provider: "cpu", precision: "float32", threads: 1 },
    "p",
    "c",
  )
  const key = (revision: string) =>
    builder.add({
      kind: "module",
      label: "",
      options: { adapter: { plugin: "a", options: { revision } } },
      inputs: {},
      seconds: 0,
      bytes: 0,
    })
  assert.notEqual(key("1"), key("2"))
})
