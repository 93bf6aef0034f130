/**
 * Tries the language on texts without end: nothing may throw, hang or get lost.
 *
 *   node tests/fuzz/language.ts [--cases 100000] [--seed 1] [--kind grammatical|damaged|soup|noise|extreme]
 *
 * A failure is shrunk and printed as a text to put into `tests/fuzz/found`, whose files the tests try for ever after.
 */
import { parseArgs } from "node:util"
import fc from "fast-check"
import { holds } from "./hold.ts"
import { kinds } from "./specs.ts"

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    kind: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
})
const [cases, seed] = [Number(values.cases), Number(values.seed)]

/** Milliseconds that a hundred thousand characters may take, and any text at least. */
const SLOW = 1000

const timed = (text: string): void => {
  const started = performance.now()
  holds(text)
  const took = performance.now() - started
  if (took > SLOW * Math.max(1, text.length / 1e5))
    throw new Error(`${took.toFixed(0)} ms for ${text.length} characters`)
}

/** Shares of the cases. */
const shares = { grammatical: 0.4, damaged: 0.3, soup: 0.15, noise: 0.1, extreme: 0.05 } as const

if (values.kind !== undefined && !Object.hasOwn(kinds, values.kind))
  throw new Error(`there is no kind ${values.kind}; there is: ${Object.keys(kinds).join(", ")}`)

let failures = 0
for (const [name, arbitrary] of Object.entries(kinds)) {
  if (values.kind !== undefined && values.kind !== name) continue
  const numRuns = values.kind === name ? cases : Math.ceil(cases * shares[name as keyof typeof shares])
  const started = performance.now()
  const found = fc.check(fc.property(arbitrary, timed), { numRuns, seed })
  const seconds = (performance.now() - started) / 1000
  console.log(`${name}: ${found.numRuns} cases in ${seconds.toFixed(1)} s, seed ${seed}`)
  if (!found.failed) continue
  failures++
  const error = found.errorInstance as Error | null
  console.log(`  failed: ${error?.message.split("\n").slice(0, 12).join("\n  ")}`)
  console.log(
    `  at ${error?.stack
      ?.split("\n")
      .find((line) => /dsl|fuzz/.test(line))
      ?.trim()}`,
  )
  console.log(`  ${JSON.stringify(found.counterexample?.[0])}`)
}
process.exitCode = failures === 0 ? 0 : 1
