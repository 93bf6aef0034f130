/** What a stage of a strategy minimises: its loss, as a formula of the texts of the newest task and of those that are replayed with them. */
import { answerScores, pairFeeds } from "../../../../model/answers.ts"
import { equallyLong, type Feeds } from "../../../../model/batch.ts"
import { textFeeds } from "../../../../model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../../../model/parts.ts"
import {
  type Carried,
  constant,
  crossEntropies,
  type GrownFactors,
  type HostTensor,
  input,
  type Mean,
  nameOf,
  packedLayout,
  parameter,
  program,
  type Rows,
  type Strategy,
  type Tensor,
  type TrainStep,
} from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import type { Objective } from "../objective.ts"
import type { Body } from "./body.ts"
import { classRows } from "./class_rows.ts"
import { checkedLoss } from "./formulas.ts"
import { type HeadForm, headOf } from "./joint_head.ts"
import { earlierMeans, means, shares } from "./means.ts"
import { type Pooled, poolQuery, poolSites, poolTensors } from "./pool.ts"
import type { Recorded } from "./recorded.ts"
import type { RecordedAttention } from "./recorded_attention.ts"
import type { RecordedScores } from "./recorded_scores.ts"
import { representationTensors } from "./representation.ts"
import type { StageTexts } from "./texts.ts"

export interface ToTrain extends Body {
  readonly strategy: Strategy
  readonly options: unknown
  readonly texts: StageTexts
  /** All arrays of the model, and which of them are trained. */
  readonly start: ReadonlyMap<string, HostTensor>
  readonly names: readonly string[]
  readonly head: HeadForm
  /** Columns of the head that stay as they are. */
  readonly kept: Int32Array
  readonly recorded?: Recorded
  /** Where texts are answered in words. */
  readonly scores?: RecordedScores
  readonly carried: Carried<Tensor>
  /** Of modules that grow and are low-rank. */
  readonly factors?: readonly GrownFactors[]
  /** Of a strategy that attends: the attention of earlier tasks. */
  readonly reflected?: RecordedAttention
  /** Of a strategy with a pool: what it is made of, and what it reads of each text. */
  readonly pooled?: Pooled
  readonly queries?: (part: Int32Array) => HostTensor
  readonly smoothing: number
  readonly stage: number
  /** Nobody is told where a task ends. */
  readonly untold?: true
}

export const strategyObjective = (to: ToTrain): Objective => {
  const { strategy, options, texts, net } = to
  const step = texts.answers.length > 0 ? writingStep(to) : classifyingStep(to)
  const loss = strategy.loss
    ? checkedLoss(strategy, strategy.loss(step, options), to.names)
    : step.all(step.crossEntropy())
  const read = new Set(program({ loss }).inputs.map(nameOf))
  const rows = classRows(texts, to.recorded, to.start.get("head/W")?.shape[0] ?? 0)
  const feeds = (part: Int32Array, whole: Int32Array): Feeds => ({
    ...(texts.answers.length > 0
      ? pairFeeds(net, pick(texts.texts, part), pick(texts.answers, part))
      : textFeeds(texts.texts, texts.labels, part)),
    ...shares(read, texts, part, whole),
    ...(to.scores ? (read.has("recorded") ? to.scores.feeds(part) : {}) : rows(read, part)),
    ...(read.has(REFLECTED) ? { [REFLECTED]: to.reflected!.rows(part) } : {}),
    ...(read.has("query") ? { query: to.queries!(part) } : {}),
    ...(read.has("task")
      ? { task: { shape: [part.length], data: Int32Array.from(part, (item) => texts.task[item]) } }
      : {}),
  })
  return {
    loss,
    examples: texts.newest,
    feeds,
    fewShapes: equallyLong(texts.texts) && equallyLong(texts.answers),
    ...(texts.answers.length > 0
      ? {}
      : {
          parts: (values) => {
            const atOnce = tokensAtOnce(net.checkpoint.sites, values)
            return (whole) => partsOf(texts.texts, whole, atOnce)
          },
        }),
  }
}

/** The feed of the attention that is recorded, [examples, modules]. */
const REFLECTED = "recorded/attention"

/** Throws StepError where nobody is told. */
const told = <Value>({ untold, strategy }: ToTrain, what: string, value: Value): Value => {
  if (!untold) return value
  throw new StepError(
    `the strategy "${strategy.name}" reads which ${what} an example's own task, and nobody is told where a task ends`,
    "let `boundaries` of the strategy say why it must be told, or leave `boundaries: unknown` out of the stream",
  )
}

/** Once the texts are traced. */
const attentionOf = ({ attention, reflected }: ToTrain): Pick<TrainStep, "attention"> => {
  if (!attention) return {}
  const weights = attention()
  return {
    attention: {
      weights,
      ...(reflected && { recorded: input(REFLECTED, weights.shape, "float", weights.rows) }),
    },
  }
}

const pick = <One>(all: readonly One[], places: Int32Array): readonly One[] => Array.from(places, (i) => all[i])

const classifyingStep = (to: ToTrain): TrainStep => {
  const { net, texts, start, head, kept, recorded, names, carried } = to
  const layout = packedLayout()
  const rows: Rows = { of: "examples", layout }
  const { features, logits } = headOf(to, head, start, { kept, layout })
  const labels = input("labels", ["examples"], "int", rows)
  const ofClasses = (name: string) => input(name, ["examples", start.get("head/b")!.data.length], "float", rows)
  const own = ofClasses("own")
  const among = to.strategy.masks?.(to.options) ? own : undefined
  return {
    ...means(texts, to.strategy.gradients ? 0 : texts.draws),
    get earlier(): readonly Mean[] {
      return told(to, "is", earlierMeans(texts, to.stage))
    },
    crossEntropy: (under = logits) => crossEntropies(under, labels, to.smoothing, among),
    logits,
    features,
    p: to.represented ? representationTensors(net, to.represented, start) : {},
    labels,
    get task(): Tensor {
      return told(to, "is", input("task", ["examples"], "int", rows))
    },
    stage: to.stage,
    get own(): Tensor {
      return told(to, "classes are of", own)
    },
    ...(recorded && {
      recorded: {
        logits: ofClasses("recorded"),
        features: input("recorded/features", features.shape, "float", rows),
        seen: ofClasses("seen"),
      },
    }),
    trained: trainedLeaves(names, start),
    ...(to.factors && { factors: to.factors }),
    ...(to.pooled && {
      pool: {
        query: poolQuery(net, layout),
        p: poolTensors(net, to.pooled, start, { training: true }),
        sites: poolSites(net, to.pooled),
        stage: to.pooled.pool.stage,
      },
    }),
    ...attentionOf(to),
    carried,
  }
}

/** Texts are answered in words: what stands for an example is a token of an answer. */
const writingStep = (to: ToTrain): TrainStep => {
  const { net, participant, texts, names, start, carried } = to
  const { scores: logits, tokens } = answerScores(net, participant, { trained: to.trained })
  const none = (): never => {
    throw new StepError(
      `the strategy "${to.strategy.name}" reads classes, and texts are answered in words`,
      "let `classes` of the strategy say so, or take another strategy",
    )
  }
  return {
    ...means(texts, to.strategy.gradients ? 0 : texts.draws),
    get earlier(): readonly Mean[] {
      return told(to, "is", earlierMeans(texts, to.stage))
    },
    crossEntropy: (under = logits) => crossEntropies(under, tokens, to.smoothing),
    logits,
    get features(): Tensor {
      return none()
    },
    p: {},
    get labels(): Tensor {
      return none()
    },
    get task(): Tensor {
      return none()
    },
    stage: to.stage,
    get own(): Tensor {
      return none()
    },
    ...(to.scores && {
      recorded: {
        logits: input("recorded", logits.shape, "float", logits.rows),
        get features(): Tensor {
          return none()
        },
        seen: constant(1),
      },
    }),
    trained: trainedLeaves(names, start),
    ...(to.factors && { factors: to.factors }),
    ...attentionOf(to),
    carried,
  }
}

const trainedLeaves = (names: readonly string[], start: ReadonlyMap<string, HostTensor>) =>
  Object.fromEntries(names.map((name) => [name, parameter(name, start.get(name)!.shape)]))
