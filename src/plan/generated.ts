/**
 * Steps of a memory whose samples are written: a task's texts as samples, a module that learns to write them, and what was written,
 * by that module or by a strategy's shared model.
 */
import type { Train } from "../../dsl/spec.ts"
import type { Adapter, Generating, Memory } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import type { Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import { optionsFor, type SampleForm } from "./options/step_options.ts"
import type { Json } from "./step.ts"
import type { PlannedStream } from "./stream.ts"

/** What the modules that write samples are: of each task its adapter, and how they are trained. */
export interface Writers {
  readonly name: string
  readonly adapters: readonly Resolved<Adapter>[]
  readonly train: Omit<Train, "name" | "span">
}

export interface PlannedSamples {
  /** Step of the training texts of a task as samples. */
  readonly texts: (task: number) => string
  /** Steps of the module that writes those of a task, and of what it has written. They are the same in every order of the tasks. */
  readonly apart: (task: number) => { readonly module: string; readonly written: string }
  /** Step of what a shared model has written; `of`: for people. */
  readonly by: (shared: string, task: number, of: string, code: readonly string[]) => string
}

/** Of a stream whose texts are answered in words. */
export const planSamples = (
  builder: StepBuilder,
  { plugin, chosen, code }: Resolved<Memory>,
  stream: PlannedStream,
  seed: number,
  { name, adapters, train }: Writers,
): PlannedSamples => {
  const generating: Generating = plugin.generates!(chosen.options)
  const { backbone, tasks, datasets, answers } = stream
  const formOf = (t: number): SampleForm => ({
    trigger: generating.trigger(tasks[t]),
    separator: generating.separator,
    max_tokens: generating.maxTokens,
  })
  const texts = (t: number) =>
    builder.add({
      kind: "tokens",
      label: `tokens of ${tasks[t]} as samples`,
      options: { backbone, samples: formOf(t) } as unknown as Json,
      inputs: { dataset: datasets[t] },
      code: [stream.code],
      seconds: seconds.tokens,
      bytes: 2e5,
    })
  const written = (what: "module" | "shared", writer: string, t: number, of: string, more: readonly string[]): string =>
    builder.add({
      ...optionsFor("generate", {
        what,
        backbone,
        form: formOf(t),
        samples: generating.perTask,
        top_k: generating.topK,
        temperature: generating.temperature,
        answers: { max_tokens: answers!.max_tokens },
        task: tasks[t],
        seed,
      }),
      label: `samples of ${tasks[t]} by ${of}`,
      inputs: { [what]: writer },
      code: [stream.code, ...more, code],
      seconds: seconds.generate,
      bytes: 5e4,
    })
  return {
    texts,
    apart: (t) => {
      const module = builder.add({
        ...optionsFor("module", {
          backbone,
          adapter: adapters[t].chosen,
          train: { ...train, earlier: "absent" },
          task: tasks[t],
          seed,
          head: "text",
        }),
        label: `writer of ${tasks[t]} · ${name} · seed ${seed}`,
        inputs: { tokens: texts(t) },
        code: [stream.code, adapters[t].code],
        seconds: (seconds.module * train.epochs) / 3,
        bytes: 2e5,
      })
      const of = `its writer · ${name} · seed ${seed}`
      return { module, written: written("module", module, t, of, [adapters[t].code]) }
    },
    by: (shared, t, of, more) => written("shared", shared, t, of, more),
  }
}
