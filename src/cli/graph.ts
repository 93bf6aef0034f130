/** `l2r graph SPEC`: the steps of a run as a diagram, those that the store has in green. */
import { atPlace, checkedSpec } from "./checked.ts"
import { extent, planFlags } from "./extent.ts"
import { places } from "./places.ts"
import { saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.graph,
  usage: "graph SPEC [--format mermaid|dot] [--by kind|step] [--store DIR] [--final-stage] [--keep gates]",
  words: [1, 1],
  flags: {
    format: { type: "string", default: "mermaid", what: "mermaid for Markdown, dot for Graphviz" },
    by: { type: "string", default: "kind", what: "one node for all steps of a kind, or every step" },
    ...places,
    ...extent,
    ...saidFlags,
  },
  run: async ([file], { format, by, store, ...flags }) => {
    if (format !== "mermaid" && format !== "dot") throw new UsageError(`--format is mermaid or dot, not ${format}`)
    if (by !== "kind" && by !== "step") throw new UsageError(`--by is kind or step, not ${by}`)
    const { source, spec } = await checkedSpec(file, saidIn(flags))
    if (!spec) return 1
    const [{ plan }, { drawing }, { cachedIn }] = await Promise.all([
      import("../compile.ts"),
      import("../plan/drawing.ts"),
      import("./cached.ts"),
    ])
    try {
      const planned = await plan(spec, source, planFlags(flags))
      process.stdout.write(`${drawing(planned, { format, by, cached: cachedIn(String(store)) })}\n`)
      return 0
    } catch (error) {
      const rest = atPlace(error, source)
      if (rest !== undefined) throw rest
      return 1
    }
  },
} satisfies Verb
