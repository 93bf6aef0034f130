/** What a stream whose texts are answered in words asks of plugins, and what one of classes can't take. */
import type { Declaration, Span, Stream } from "../../dsl/spec.ts"
import type { Backbone, DataSource, Memory, Router, Strategy } from "../plugin/index.ts"
import { type Chosen, PlanError } from "./chosen.ts"
import { needsClasses } from "./needs_classes.ts"

type Placed = Pick<Declaration, "name"> & { readonly span?: Span; readonly optionSpans?: Declaration["optionSpans"] }

/** Throws PlanError where the backbone writes no answers. */
export const checkWriter = (backbone: Backbone, { options }: Chosen, { name, span }: Placed, stream: Stream): void => {
  if (!backbone.nextToken || !backbone.tokenizeAnswers || !backbone.detokenize || !backbone.answers)
    throw new PlanError(
      `the backbone "${name}" is a ${backbone.name}, which writes no text, and the stream "${stream.name}" is answered in words`,
      "take a backbone that writes: t5 with `network: encoder_decoder`, or a decoder such as llama",
      span,
    )
  const mute = backbone.mute?.(options)
  if (mute)
    throw new PlanError(
      `the backbone "${name}" writes no answers, which the stream "${stream.name}" asks for: ${mute.why}`,
      mute.help,
      span,
    )
}

/** Throws PlanError where data has answers and no classes, and a class is to be chosen. */
export const checkAnswered = (
  source: DataSource,
  { options }: Chosen,
  { name, span }: Placed,
  stream: Stream,
): void => {
  if (source.answered?.(options))
    throw new PlanError(
      `the data "${name}" has answers in words and no classes, and the stream "${stream.name}" chooses among classes`,
      "write `head: text` in the stream",
      span,
    )
}

/** Throws PlanError where a router, a strategy or a memory can't do without classes. */
export const checkClassless = (
  { plugin, chosen }: { readonly plugin: Router | Memory | Strategy; readonly chosen: Chosen },
  declared: Placed | undefined,
  stream: Stream,
): void => {
  const needs = needsClasses(plugin, chosen.options)
  if (needs)
    throw new PlanError(
      `the ${plugin.kind} "${declared?.name ?? plugin.name}" needs classes, and the stream "${stream.name}" is answered in words: ${needs.why}`,
      needs.help,
      (needs.option !== undefined && declared?.optionSpans?.[needs.option]) || declared?.span,
    )
}

/** Throws PlanError where samples are to be written, and no text is answered in words. */
export const checkWritten = (
  { plugin }: { readonly plugin: Memory },
  { name, span }: Pick<Placed, "name" | "span">,
  stream: Stream,
): void => {
  if (plugin.generates && !stream.answers)
    throw new PlanError(
      `the samples of the memory "${name}" are texts with answers that a model writes, and the stream "${stream.name}" chooses among classes`,
      "write `head: text` in the stream, or take a memory of training examples, such as `random`",
      span,
    )
}
