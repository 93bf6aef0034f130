/**
 * Specs from TypeScript: what needs variables, conditions and loops builds the same tree that a file has.
 *
 *     import { bert, compare, experiment, l2r, lora, print, range, spec, stream, sweep, train, wordnet } from "l2r"
 *
 *     const learnt = l2r("learnt", { head: "kept" })
 *     const routing = experiment("routing", {
 *       on: bert("encoder", "gloss-mini"),
 *       stream: stream("topics", { tasks: wordnet("glosses") }),
 *       adapters: [lora("low_rank", { rank: sweep([4, 8]) })],
 *       train: train("brief", { epochs: 3 }),
 *       routers: [learnt],
 *       bounds: ["oracle"],
 *       seeds: range(1, 3),
 *       compare: [compare(learnt, "oracle")],
 *     })
 *     process.stdout.write(print(spec(routing)))
 *
 * Options are typed by the plugins' own schemas. Nothing of the engine is loaded until a spec is compiled.
 */
import type { FileNode } from "../dsl/syntax/ast.ts"
import { print } from "./authoring/spec.ts"

export { compare, experiment, library, portability, pretraining, stream, study, train } from "./authoring/core.ts"
export { type Declared, extend, imported, use } from "./authoring/declared.ts"
export * from "./authoring/plugins.ts"
export { print, spec } from "./authoring/spec.ts"
export { kept, range, refit, shuffled, sweep, tasksOf } from "./authoring/values.ts"

export interface CompileSettings {
  /** Where relative paths start, those of imported files too; the current folder by default. */
  readonly directory?: string
}

/** Checks and plans a spec. Rejects with SpecError where it is not sound. */
export const compile = async (made: FileNode, { directory = process.cwd() }: CompileSettings = {}) => {
  const [{ checkSource, plan }, { render }] = await Promise.all([import("./compile.ts"), import("../dsl/index.ts")])
  const { relative } = await import("node:path")
  const file = [relative("", directory), "spec.l2r"].filter((part) => part !== "").join("/")
  const source = { file, directory, text: print(made) }
  const { spec, diagnostics, texts } = await checkSource(source)
  if (!spec) throw new SpecError(render(diagnostics, texts))
  return { source, spec, plan: await plan(spec, source) }
}

export type Compiled = Awaited<ReturnType<typeof compile>>

export interface RunSettings {
  /** Folder of the store. */
  readonly store: string
  /** Folder of the report; none is written without it. */
  readonly out?: string
  readonly workers?: number
}

/** Runs what `compile` gives; resolves with the results. */
export const run = async ({ plan, source }: Compiled, { store, out, workers }: RunSettings) => {
  const [{ run: running, writeReport }, Effect] = await Promise.all([import("./compile.ts"), import("effect/Effect")])
  const results = await Effect.runPromise(running(plan, source, { store, ...(workers ? { workers } : {}) }))
  if (out !== undefined) await writeReport(results, out)
  return results
}

/** A spec that is not sound: the message shows each problem in the printed text. */
export class SpecError extends Error {
  override readonly name = "SpecError"
  readonly help = "the places are those of the text that `print` gives"
}
