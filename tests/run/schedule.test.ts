import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Step } from "../../src/plan/step.ts"
import { schedule } from "../../src/run/schedule.ts"

/** A random graph: step i needs some of the steps before it. */
const plan: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.nat({ max: 9 })), { minLength: 1, maxLength: 25 })
  .map((nodes) =>
    nodes.map(([from, seconds], i) => ({
      key: `${i}`,
      kind: "fit",
      label: `${i}`,
      options: {},
      estimate: { seconds, bytes: 0 },
      inputs: { from: i === 0 ? [] : [...new Set(from.map((n) => `${n % i}`))] },
    })),
  )
const shuffled = plan.chain((steps) => fc.shuffledSubarray([...steps], { minLength: steps.length }))

test("every step comes once, after its inputs, whatever the order of the plan and of the ends", () => {
  fc.assert(
    fc.property(shuffled, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 4 }), (steps, choices, size) => {
      const scheduled = schedule(steps)
      const running: Step[] = []
      const done = new Set<string>()
      for (;;) {
        while (running.length < size) {
          const step = scheduled.next()
          if (!step) break
          assert.ok(!done.has(step.key) && (step.inputs.from as string[]).every((key) => done.has(key)))
          running.push(step)
        }
        if (running.length === 0) break
        const [step] = running.splice((choices.next().value as number) % running.length, 1)
        done.add(step.key)
        scheduled.finished(step.key)
      }
      assert.equal(done.size, steps.length)
    }),
  )
})

test("a failed step leaves out all that needs it and nothing else", () => {
  fc.assert(
    fc.property(plan, fc.nat(), (steps, choice) => {
      const bad = steps[choice % steps.length].key
      const lost = new Set([bad])
      for (const { key, inputs } of steps) if ((inputs.from as string[]).some((input) => lost.has(input))) lost.add(key)
      const scheduled = schedule(steps)
      const done: string[] = []
      const skipped: string[] = []
      for (let step = scheduled.next(); step; step = scheduled.next()) {
        if (step.key === bad) skipped.push(...scheduled.failed(step.key).map(({ key }) => key))
        else {
          done.push(step.key)
          scheduled.finished(step.key)
        }
      }
      assert.deepEqual(new Set([bad, ...skipped]), lost)
      assert.equal(done.length + lost.size, steps.length)
    }),
  )
})

test("a step whose input is lost waits until that is computed again", () => {
  const step = (key: string, ...from: string[]): Step => ({
    key,
    kind: "fit",
    label: key,
    options: {},
    inputs: { from },
    estimate: { seconds: 1, bytes: 0 },
  })
  const [a, b] = [step("a"), step("b", "a")]
  const scheduled = schedule([b])
  assert.equal(scheduled.next(), b)
  scheduled.again("b", [a])
  assert.equal(scheduled.next(), a)
  assert.equal(scheduled.next(), undefined)
  scheduled.finished("a")
  assert.equal(scheduled.next(), b)
})

test("a circle is found", () => {
  const step = (key: string, from: string): Step => ({
    key,
    kind: "fit",
    label: key,
    options: {},
    inputs: { from },
    estimate: { seconds: 1, bytes: 0 },
  })
  assert.throws(() => schedule([step("a", "b"), step("b", "a")]), /circle/)
})
