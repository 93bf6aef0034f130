/** `l2r graph SPEC`: the steps of a run as a diagram, those that the store has in green; or the declarations of the spec. */
import { atPlace, checkedSpec } from "./checked.ts"
import { extent, planFlags } from "./extent.ts"
import { places } from "./places.ts"
import { saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.graph,
  usage: "graph SPEC [--format mermaid|dot] [--by kind|step|declaration] [--store DIR] [--final-stage] [--keep gates]",
  words: [1, 1],
  flags: {
    format: { type: "string", default: "mermaid", what: "mermaid for Markdown, dot for Graphviz" },
    by: {
      type: "string",
      default: "kind",
      what: "one node for all steps of a kind, for every step, or for every declaration of the spec",
    },
    ...places,
    ...extent,
    ...saidFlags,
  },
  run: async ([file], { format, by, store, ...flags }) => {
    if (format !== "mermaid" && format !== "dot") throw new UsageError(`--format is mermaid or dot, not ${format}`)
    if (by !== "kind" && by !== "step" && by !== "declaration")
      throw new UsageError(`--by is kind, step or declaration, not ${by}`)
    const said = saidIn(flags)
    if (by === "declaration" && Object.values(said).some((each) => Array.isArray(each) && each.length > 0))
      throw new UsageError("--by declaration draws the spec as it is written, without --set, --only and --skip")
    const { source, spec } = await checkedSpec(file, said)
    if (!spec) return 1
    if (by === "declaration") {
      const [{ declarationsDrawing }, { surroundings }, { documentOf }] = await Promise.all([
        import("../plan/drawing/declarations_drawing.ts"),
        import("../source.ts"),
        import("../../dsl/editor/index.ts"),
      ])
      const document = documentOf(source.text, await surroundings(source))
      process.stdout.write(`${declarationsDrawing(document, format)}\n`)
      return 0
    }
    const [{ plan }, { drawing }, { cachedIn }] = await Promise.all([
      import("../planned.ts"),
      import("../plan/drawing/drawing.ts"),
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
