/**
 * Samples of one task that a model has written, in the place of remembered examples: prompts and answers under the names of
 * training examples ("train", "train/answers"), what is read to write a sample and what was written ("train/triggers",
 * "train/samples"). What has not the form is dropped, and written anew up to so many times as often as asked.
 */
import type { Network } from "../../../model/encoder.ts"
import { type Generator, generator } from "../../../model/generation.ts"
import { frozen } from "../../../model/single.ts"
import type { GenerateOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, Json } from "../../../plan/step.ts"
import { type Example, randomStream, type TokenIds } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { libraryFrom, network, storedTexts } from "../given.ts"
import { sharedModule } from "../training/strategy/module.ts"
import { answerTokens, endOf } from "./answer_tokens.ts"
import { roomForSample, separatorOf, triggerOf } from "./sample_tokens.ts"

/** How often as many as are asked are written at most. */
const TRIES = 5

/** Samples that are written at once: as many as are missing, but for these bounds. */
const [LEAST, MOST] = [8, 32]

interface Sample {
  readonly ids: TokenIds
  readonly example: Example
}

export const generate: Perform = async (work) => {
  const options = work.options as unknown as GenerateOptions
  const { samples: asked, task, answers } = options
  const net = await network(work, options.backbone)
  const writer = await writerOf(work, net, options)
  const found: Sample[] = []
  let written = 0
  try {
    while (found.length < asked && written < TRIES * asked) {
      const count = Math.min(MOST, Math.max(LEAST, asked - found.length), TRIES * asked - written)
      for (const ids of await drawn(net, writer, options, written, count)) {
        const example = exampleIn(net, ids, options)
        if (example && found.length < asked) found.push({ ids, example })
      }
      written += count
      work.progress(Math.max(found.length / asked, written / (TRIES * asked)))
    }
  } finally {
    await writer.release()
  }
  if (found.length < asked)
    work.warn(
      `of ${written} samples that were written of the task "${task}" ${found.length} have a text, the separator and an answer; ${asked} were asked`,
      "train longer, write a larger `max_tokens` in the memory that generates, or a separator that the tokenizer knows",
    )
  const train = found.map(({ example }) => example)
  const silent = { ...work, warn: () => {} }
  const { arrays } = answerTokens(
    silent,
    net,
    { name: task, labels: [], train, validation: [], test: [] },
    answers.max_tokens,
  )
  return {
    json: { task, labels: [task], written, samples: train } as unknown as Json,
    arrays: {
      ...Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith("train/"))),
      ...storedTexts("train/triggers", [triggerOf(net, options.form)]),
      ...storedTexts(
        "train/samples",
        found.map(({ ids }) => ids),
      ),
    },
  } satisfies Artifact
}

const writerOf = async (work: Work, net: Network, { what }: GenerateOptions): Promise<Generator> => {
  const engine = await work.engine()
  if (what === "module") {
    const [module] = await libraryFrom(work, [work.input("module")])
    return generator(engine, net, () => frozen(module))
  }
  const shared = await sharedModule(work, net, work.input("shared"))
  return generator(engine, shared.network, shared.taking)
}

/** Each from random numbers of its own, by its number. */
const drawn = (
  net: Network,
  writer: Generator,
  { form, top_k: topK, temperature, task, seed }: GenerateOptions,
  first: number,
  count: number,
): Promise<readonly TokenIds[]> => {
  const trigger = triggerOf(net, form)
  return writer.sampled(
    Array.from({ length: count }, () => trigger),
    {
      newTokens: roomForSample(net, form),
      end: endOf(net),
      topK,
      temperature,
      random: (text) => randomStream(seed, "sample", task, first + text),
    },
  )
}

/** The text and the answer of a sample; nothing where it has not ended, or has not one separator between something and something. */
const exampleIn = (net: Network, ids: TokenIds, { form }: GenerateOptions): Example | undefined => {
  if (ids.at(-1) !== endOf(net)) return undefined
  const separator = separatorOf(net, form)
  const isAt = (at: number) => separator.every((id, i) => ids[at + i] === id)
  const places = Array.from(ids.keys()).filter(isAt)
  if (places.length !== 1) return undefined
  const [text, label] = net.backbone.detokenize!(
    [ids.slice(0, places[0]), ids.slice(places[0] + separator.length, -1)],
    net.checkpoint,
  ).map((one) => one.trim())
  return text && label ? { text, label } : undefined
}
