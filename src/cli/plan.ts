/** `l2r plan SPEC`: the steps of a run, which of them the store has, and what the others will cost. */
import { atPlace, checkedSpec } from "./checked.ts"
import { extent, planFlags } from "./extent.ts"
import { places } from "./places.ts"
import { saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

export default {
  summary: summaries.plan,
  usage:
    "plan SPEC [--store DIR] [--final-stage] [--keep gates] [--set PATH=VALUE] [--only NAME] [--skip NAME] [--json]",
  words: [1, 1],
  flags: {
    ...places,
    ...extent,
    ...saidFlags,
    json: { type: "boolean", what: "the whole plan as JSON" },
  },
  run: async ([file], flags) => {
    const { source, spec } = await checkedSpec(file, saidIn(flags))
    if (!spec) return 1
    const [{ plan }, { needed }, { cachedIn }] = await Promise.all([
      import("../planned.ts"),
      import("../plan/drawing/step_graph.ts"),
      import("./cached.ts"),
    ])
    try {
      const planned = await plan(spec, source, planFlags(flags))
      const cached = cachedIn(String(flags.store))
      const steps = needed(planned).map((step) => ({ ...step, cached: cached(step.key) }))
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ schema: "l2r/plan", version: 1, steps }, null, 2)}\n`)
        return 0
      }
      for (const { key, kind, label, cached, estimate } of steps)
        process.stdout.write(
          `${cached ? "cached " : "to do  "} ${key.slice(0, 12)}  ${kind.padEnd(10)}${(cached ? "" : about(estimate.seconds)).padStart(8)}${size(estimate.bytes).padStart(9)}  ${label}\n`,
        )
      const todo = steps.filter(({ cached }) => !cached)
      const seconds = todo.reduce((sum, { estimate }) => sum + estimate.seconds, 0)
      process.stdout.write(
        `${steps.length} steps, ${steps.length - todo.length} cached; about ${rounded(seconds)} processor seconds and ${size(todo.reduce((sum, { estimate }) => sum + estimate.bytes, 0))} to go\n`,
      )
      if (todo.length > 0) process.stdout.write(`${BASIS}\n`)
      return 0
    } catch (error) {
      const rest = atPlace(error, source)
      if (rest !== undefined) throw rest
      return 1
    }
  },
} satisfies Verb

/** The plan reads no texts, so it can't know more. */
const BASIS =
  "Seconds are reckoned from those of the quickstart on one core, by the size of the backbone; more or longer texts take more."

/** No more digits than an estimate has. */
const rounded = (seconds: number): number => Number(Math.ceil(seconds).toPrecision(seconds < 10 ? 1 : 2))

const about = (seconds: number): string => (seconds < 1 ? "< 1 s" : `~${rounded(seconds)} s`)

const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
