/** Answers to the mixed test set, as one module, a routed library or a shared model writes them, with the gates on the way. */
import { chunksByLength, type Feeds } from "../../../model/batch.ts"
import type { Network } from "../../../model/encoder.ts"
import { rowsOf } from "../../../model/evaluate.ts"
import { flopsOf } from "../../../model/flops.ts"
import { generator } from "../../../model/generation.ts"
import { generationStep, type Taking, type Watch } from "../../../model/generation_step.ts"
import { frozen } from "../../../model/single.ts"
import type { StepOptions, WriteOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, Json } from "../../../plan/step.ts"
import type { HostTensor, TokenIds } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { servingNote } from "../evaluation/evaluated.ts"
import { checkFinite } from "../finite.ts"
import { libraryFrom, network, textsIn } from "../given.ts"
import { notServed, turnedDown } from "../not_served.ts"
import { placesAt } from "../places_at.ts"
import { outsideOfTest } from "../query.ts"
import { typicalSizes } from "../sizes.ts"
import { sharedModule } from "../training/strategy/module.ts"
import { endOf } from "./answer_tokens.ts"
import { picked, writtenOfTask } from "./picked.ts"
import { routedWriting } from "./routed_writing.ts"

export const write: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["write"]
  const reason =
    options.what === "routed" || options.what === "picked"
      ? turnedDown(work.input("fit"))
      : options.what === "composed"
        ? turnedDown(work.input("composed"))
        : undefined
  if (reason !== undefined) return notServed(reason)
  if (options.what === "picked") return picked(work, options.router, options.seed)
  if (options.what === "of_task") return writtenOfTask(work)
  const net = await network(work, options.backbone)
  const all = textsIn(work.input("blind"), "test")
  if (options.what === "module") {
    const [module] = await libraryFrom(work, [work.input("module")])
    return written(work, net, all, options.answers, { taking: () => frozen(module), of: "a module" })
  }
  if (options.what === "shared") {
    const shared = await sharedModule(work, net, work.input("shared"))
    const writing = { taking: shared.taking, of: "the shared model" }
    const texts = options.stage === undefined ? all : ofStage(work, all)
    return written(work, shared.network, texts, options.answers, writing)
  }
  const texts = ofStage(work, all)
  if (options.what === "routed") {
    const indices = placesAt(work)
    const { routing, ...writing } = await routedWriting(work, net, options)
    const query = outsideOfTest(work, routing, indices, options.seed)
    const { json, arrays } = await written(work, net, texts, options.answers, {
      ...writing,
      ...(query ? { query } : {}),
    })
    return { json: { ...(json as object), ...servingNote(work) } as Json, arrays }
  }
  const [module] = await libraryFrom(work, [work.input("composed")])
  return written(work, net, texts, options.answers, { taking: () => frozen(module), of: "the composed module" })
}

const ofStage = (work: Work, all: readonly TokenIds[]): readonly TokenIds[] => Array.from(placesAt(work), (i) => all[i])

/** Who takes part, in words too, with what is watched and what is read from outside. */
export interface Writing {
  readonly taking: Taking
  readonly of: string
  /** Gates of the prompts: "gates/<unit>", "entropy/<unit>". */
  readonly watch?: Watch
  readonly query?: HostTensor
}

type Answers = Exclude<WriteOptions, { readonly what: "picked" | "of_task" }>["answers"]

/** Texts that are written at once. */
const CHUNK = 32

const written = async (
  work: Work,
  net: Network,
  texts: readonly TokenIds[],
  { max_tokens: newTokens, beams }: Answers,
  { taking, of, watch, query }: Writing,
): Promise<Artifact> => {
  const end = endOf(net)
  const arrays: Record<string, HostTensor> = {}
  let batch: Int32Array = new Int32Array()
  const seen = (outputs: Readonly<Record<string, HostTensor>>) => {
    for (const [name, found] of Object.entries(outputs))
      if (/^(gates|entropy)\//.test(name)) place(arrays, name, found, batch, texts.length)
  }
  const writer = generator(await work.engine(), net, taking, {}, watch && { watch, seen })
  const answers: TokenIds[] = []
  try {
    let done = 0
    for (const some of chunksByLength(texts, CHUNK)) {
      batch = some
      const prompts = Array.from(some, (i) => texts[i])
      const given: Feeds = query ? { query: rowsOf(query, some) } : {}
      const found =
        beams === 1
          ? await writer.greedy(prompts, { newTokens, end }, given)
          : await writer.beams(prompts, { newTokens, end, beams }, given)
      some.forEach((i, k) => {
        answers[i] = found[k]
      })
      done += some.length
      work.progress(done / texts.length)
    }
  } finally {
    await writer.release()
  }
  checkFinite(arrays, of)
  const unfinished = answers.map((ids) => ids.at(-1) !== end)
  return {
    json: {
      written: net.backbone.detokenize!(answers, net.checkpoint),
      unfinished: unfinished.flatMap((is, i) => (is ? [i] : [])),
      flops: flopsOfWriting(net, taking, texts, newTokens, beams),
    },
    arrays: arrays as Artifact["arrays"],
  }
}

/** Rows of a batch in their places among those of all texts; one row for all is repeated. */
const place = (
  arrays: Record<string, HostTensor>,
  name: string,
  { shape, data }: HostTensor,
  batch: Int32Array,
  texts: number,
): void => {
  const width = shape.at(-1) as number
  arrays[name] ??= { shape: [texts, width], data: new Float32Array(texts * width) }
  batch.forEach((i, row) => {
    const from = data.length === width ? 0 : row * width
    ;(arrays[name].data as Float32Array).set((data as Float32Array).subarray(from, from + width), i * width)
  })
}

/** FLOPs of an answer of the most tokens to a text of the mean length: reading it, and each token after the first. */
const flopsOfWriting = (
  net: Network,
  taking: Taking,
  texts: readonly TokenIds[],
  answer: number,
  beams: number,
): number => {
  const sizes = typicalSizes(texts)
  const { tokens: text } = sizes
  const reading = beams === 1 ? "best" : "likelihoods"
  const prompt = generationStep(net, taking, reading)
  const later = generationStep(net, taking, reading, prompt)
  const one = { examples: 1, answer_tokens: 1, answer_length: 1, text }
  const earlier = net.backbone.decode ? answer / 2 : text + answer / 2
  return (
    flopsOf(prompt.program, { ...sizes, ...one, earlier: 1 }) +
    beams * (answer - 1) * flopsOf(later.program, { ...one, tokens: 1, length: 1, earlier })
  )
}
