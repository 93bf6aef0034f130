/** All that the training of a strategy at a stage rests on, before its first step. */
import type { Adapter, Carried, Frozen, HostTensor, Mode, Strategy } from "../../../../plugin/index.ts"
import { tooShallow } from "../../../../plugin/too_shallow.ts"
import { StepError, type Work } from "../../../work.ts"
import { adapterIn } from "../../adapter.ts"
import { jointColumns, network } from "../../given.ts"
import { type Attached, type Body, bodyOf } from "./body.ts"
import { carriedFrom, carriedTensors } from "./carried.ts"
import { factorsOf } from "./earlier.ts"
import { frozenColumns } from "./joint_head.ts"
import type { ToTrain } from "./objective.ts"
import { poolQueries } from "./pool.ts"
import { type Before, recordedFor } from "./recorded.ts"
import { recordedAttention } from "./recorded_attention.ts"
import { type RecordedScores, recordedScores } from "./recorded_scores.ts"
import type { SharedOptions } from "./shared_options.ts"
import { type Start, startOf } from "./start.ts"
import { type StageTexts, stageTexts } from "./texts.ts"

export interface Prepared {
  readonly options: SharedOptions
  readonly adapter: Attached
  readonly frozen: Frozen
  readonly start: Start
  /** What the stage before left. */
  readonly carried: Carried<HostTensor>
  readonly to: ToTrain
  /** With parameters, without noise. */
  readonly atRest: Body
}

/** `untold`: the texts of a sequence, where nobody is told where a task ends. */
export const prepare = async (work: Work, untold?: StageTexts): Promise<Prepared> => {
  const options = work.options as unknown as SharedOptions
  const { strategy: given, adapter: chosen, stage, visits } = options
  const net = await network(work, options.backbone)
  const strategy = await work.plugin<Strategy>("strategy", given.plugin, given.from)
  checkDepth(strategy, given.options, net.checkpoint.layers)
  const adapter = chosen && attached(await adapterIn(work, chosen), strategy, options)
  const head = strategy.head?.(given.options) ?? "linear"
  const classes = 1 + Math.max(...jointColumns(work.inputs("tokens"), options.scenario === "domain_incremental"))
  const represented = strategy.representation && {
    strategy,
    options: given.options,
    tasks: work.inputs("tokens").length,
  }
  const start = startOf(work, net, adapter, options, { form: head, classes, ...(represented && { represented }) })
  const frozen = strategy.freezes?.(stage, given.options) ?? {}
  const isTrained = (name: string) => frozen.bodyAfter !== 0 || name.startsWith("head/")
  const texts = untold ?? stageTexts(work, net, options, strategy)
  const body = (mode?: Mode): Body => ({ ...bodyOf(net, adapter, start, mode), ...(represented && { represented }) })
  const before = { ...body(), start: start.arrays, head }
  const recorded = options.head ? undefined : await recordedFor(work, before, texts, stage, strategy.records)
  const scores =
    options.head && strategy.records && stage > 0 ? await scoresFor(work, before, texts, strategy) : undefined
  const carried = carriedFrom(work)
  const reflected = adapter?.attends && (await recordedAttention(work, net, adapter.attends, start.arrays, texts))
  const factors = adapter?.grows && factorsOf(net, adapter, start.arrays)
  const to: ToTrain = {
    ...body(isTrained("body") ? { training: true } : undefined),
    strategy,
    options: given.options,
    texts,
    start: start.arrays,
    names: start.names.filter(isTrained),
    head,
    kept: options.head ? new Int32Array() : frozenColumns(frozen, texts, visits),
    ...(recorded ? { recorded } : {}),
    ...(scores ? { scores } : {}),
    ...(factors ? { factors } : {}),
    ...(reflected ? { reflected } : {}),
    ...(adapter?.pool ? { pooled: adapter, queries: poolQueries(work, adapter, texts) } : {}),
    carried: carriedTensors(carried),
    smoothing: options.train.label_smoothing,
    stage,
    ...(untold ? { untold: true as const } : {}),
  }
  return { options, adapter, frozen, start, carried, to, atRest: body({ training: false }) }
}

/** For backbones whose depth the plan is not told. Throws StepError. */
const checkDepth = (strategy: Strategy, options: unknown, blocks: number): void => {
  const lacking = tooShallow(strategy, options, blocks, { strategy: strategy.name, network: "this one" })
  if (lacking) throw new StepError(lacking.message, lacking.help)
}

const attached = (
  plugin: Adapter,
  strategy: Strategy,
  { strategy: { options }, adapter, stage }: SharedOptions,
): Attached => {
  const own = { plugin, options: adapter!.options }
  if (strategy.pool) return { ...own, pool: { strategy, options, stage } }
  const grows = strategy.grows?.(options)
  const attends = strategy.attends && { strategy, options, stage }
  return { ...own, ...(grows && { grows }), ...(attends && { attends }) }
}

/** Throws StepError where the model would have to be one that is gone: only what it has written itself is found again. */
const scoresFor = (work: Work, before: Before, texts: StageTexts, { name }: Strategy): Promise<RecordedScores> => {
  if (texts.samples) return recordedScores(work, before, texts)
  throw new StepError(
    `the strategy "${name}" records what an earlier model made of texts, and these are answered in words`,
    'let `classes` of the strategy say so, or let it replay what it has written itself: `from: "itself"`',
  )
}
