/** Steps of a stream on a backbone: texts, tokens, the mixed test set, memories, frozen features. */
import type { Answers, Sequence, Spec, Stream } from "../../dsl/spec.ts"
import type { Backbone, Place } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import { type Chosen, folderIn, type PluginShelf } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import type { Json } from "./step.ts"
import { planTexts } from "./texts.ts"
import { checkAnswered, checkWriter } from "./writing.ts"

export interface PlannedStream {
  readonly tasks: readonly string[]
  readonly datasets: readonly string[]
  readonly tokens: readonly string[]
  /** The mixed test set, with what each stage sees of it. */
  readonly blind: string
  readonly truth: string
  /** Frozen features of each task's training texts, and of the mixed test set. */
  readonly trainFeatures: readonly string[]
  readonly testFeatures: string
  readonly scenario: Stream["scenario"]
  /** Training texts are one sequence without boundaries; absent: task by task. */
  readonly sequence?: Sequence
  /** How texts are answered; absent where classes are chosen. */
  readonly answers?: Answers
  /** Forward transfer is measured. */
  readonly ahead?: true
  readonly backbone: ChosenBackbone
  /** Blocks of the backbone, where its plugin tells before it is loaded. */
  readonly blocks?: number
  readonly code: string
  /** Step of each task's texts by "data/task". */
  readonly texts: Readonly<Record<string, string>>
  readonly notices: readonly string[]
}

export interface ChosenBackbone extends Chosen {
  readonly location: string
  readonly directory: string
  readonly fingerprint: string
}

export interface StreamSettings extends Pick<PlannedStream, "ahead"> {
  readonly directory: string
  readonly onDownload?: Place["onDownload"]
}

export const planStream = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  stream: Stream,
  backboneName: string,
  { directory, onDownload, ahead }: StreamSettings,
): Promise<PlannedStream> => {
  const declared = spec.backbones[backboneName]
  const place = { directory: folderIn(directory, declared) }
  const { plugin: backbone, chosen, code } = await shelf.take<Backbone>("backbone", declared)
  const { answers } = stream
  if (answers) checkWriter(backbone, chosen, declared, stream)
  const location = declared.location ?? ""
  const fingerprint = await backbone.fingerprint(location, chosen.options, {
    ...place,
    ...(onDownload && { onDownload }),
  })
  const extent = await backbone.extent?.(location, chosen.options, place)
  if (extent) builder.size(fingerprint, extent)
  const onBackbone: ChosenBackbone = { ...chosen, location, ...place, fingerprint }
  const { tasks, datasets, named, sources, notices } = await planTexts(builder, shelf, spec, stream, directory)
  for (const [name, { plugin, chosen: source }] of sources)
    if (!answers) checkAnswered(plugin, source, spec.data[name], stream)
  const tokens = datasets.map((dataset, t) =>
    builder.add({
      kind: "tokens",
      label: `tokens of ${tasks[t]}`,
      options: {
        backbone: onBackbone,
        ...(answers ? { answers: { max_tokens: answers.max_tokens } } : {}),
      } as unknown as Json,
      inputs: { dataset },
      code: [code],
      seconds: seconds.tokens,
      bytes: 2e5,
    }),
  )
  const blind = builder.add({
    kind: "blind",
    label: "mixed test set",
    options: {},
    inputs: { tokens },
    seconds: seconds.mixed,
    bytes: 3e5,
  })
  const truth = builder.add({
    kind: "truth",
    label: `tasks and ${answers ? "answers" : "labels"} of the test set`,
    options: answers ? { head: "text" } : {},
    inputs: { dataset: datasets },
    seconds: seconds.mixed,
    bytes: 2e5,
  })
  const features = (split: "train" | "test", of: string, what: string) =>
    builder.add({
      kind: "features",
      label: `frozen features of ${what}`,
      options: { backbone: onBackbone, split } as unknown as Json,
      inputs: { texts: of },
      code: [code],
      seconds: seconds.encode,
      bytes: 3e6,
    })
  return {
    tasks,
    datasets,
    tokens,
    blind,
    truth,
    get trainFeatures() {
      return tokens.map((key, t) => features("train", key, tasks[t]))
    },
    get testFeatures() {
      return features("test", blind, "the test set")
    },
    scenario: stream.scenario,
    ...(stream.sequence ? { sequence: stream.sequence } : {}),
    ...(answers ? { answers } : {}),
    ...(ahead ? { ahead } : {}),
    backbone: onBackbone,
    ...(extent ? { blocks: extent.layers } : {}),
    code,
    texts: named,
    notices,
  }
}
