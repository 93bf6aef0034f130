/**
 * What the fit of a router minimises: the loss of the tasks through the routed network, and a term of the router's own.
 *   L = CE(logits, labels) + own,   or L = own where the router says `taskLoss: false`
 */
import { answeringLayout, answerLosses, pairFeeds } from "../../../model/answers.ts"
import { type Feeds, packed } from "../../../model/batch.ts"
import { encoder, headLogits, type Network } from "../../../model/encoder.ts"
import { rowsOf } from "../../../model/evaluate.ts"
import { gatesOf } from "../../../model/gates.ts"
import { joinedHead, type Library } from "../../../model/library.ts"
import { type Routed, routed, type UnitTensors } from "../../../model/routed.ts"
import { outsideQuery, unitsOf } from "../../../model/routing_units.ts"
import { moduleOfTask } from "../../../model/serving.ts"
import {
  add,
  cast,
  crossEntropy,
  greater,
  type HostTensor,
  input,
  type Layout,
  mean,
  mul,
  overExamples,
  packedLayout,
  parameter,
  type Router,
  sum,
  type Tensor,
  type UnitStep,
  weight,
} from "../../../plugin/index.ts"
import { taskRows } from "../query.ts"
import type { FitExamples } from "./examples.ts"

export interface FitObjective {
  /** Of the joined heads, those that are trained too. */
  readonly heads: ReadonlyMap<string, HostTensor>
  readonly loss: Tensor
  readonly feeds: (batch: Int32Array) => Feeds
  /** The gates by unit. */
  readonly units: readonly UnitStep[]
}

export interface ToFit {
  readonly net: Network
  readonly router: Router
  readonly options: unknown
  readonly library: Library
  readonly examples: FitExamples
  readonly head: "kept" | "refit" | "none"
  readonly tensors: UnitTensors
  readonly training: boolean
}

export const fitObjective = (to: ToFit): FitObjective => {
  const { net, router, options, library, examples, head, tensors, training } = to
  const modules = library.length
  const moduleOf = moduleOfTask(library.map((module) => module.head))
  const layout = head === "none" ? answeringLayout(net) : packedLayout()
  const { taskLoss = true, on } = router.fit?.(options) ?? {}
  const routing = router.routing(options)
  const heads = new Map<string, HostTensor>()
  const terms: Tensor[] = []
  let units: readonly UnitStep[]
  const outside = outsideQuery(routing, examples.outside?.shape[1] ?? 0, modules, layout)
  if (!taskLoss && outside) {
    const p = tensors("model")
    units = [{ unit: "model", gates: gatesOf(router, outside, p, options, { training, modules }), query: outside, p }]
  } else {
    const route = routedLibrary(to, layout)
    if (head === "none") {
      const losses = answerLosses(net, route.participant, { layout })
      if (taskLoss) terms.push(on === "newest" ? sum(mul(losses, input(OF_NEWEST, losses.shape))) : mean(losses))
    } else {
      const { W, b } = joinedHead(library.map((module) => module.head))
      if (head === "refit") heads.set("head/W", W).set("head/b", b)
      const leaf = (key: string, host: HostTensor) =>
        head === "refit" ? parameter(key, host.shape) : weight(key, host)
      const trace = encoder(net, route.participant, false, layout)
      const logits = headLogits(trace.features, leaf("head/W", W), leaf("head/b", b))
      const labels = input("labels", ["examples"], "int", { of: "examples", layout })
      if (taskLoss) terms.push(on === "newest" ? ofNewest(logits, labels, layout) : crossEntropy(logits, labels))
    }
    units = unitsOf(routing, library, net.checkpoint.sites).flatMap((unit) => {
      const [gates, query] = [route.gates.get(unit), route.queries.get(unit)]
      return gates && query ? [{ unit, gates, query, p: tensors(unit) }] : []
    })
  }
  if (router.loss) {
    const rows = { of: "examples", layout } as const
    const own = router.loss(
      {
        units,
        task: input("task", ["examples", modules], "float", rows),
        newest: input("newest", ["examples", 1], "float", rows),
      },
      options,
    )
    terms.push(own.rows ? overExamples(own) : mean(own))
  }
  return {
    heads,
    loss: terms.reduce(add),
    units,
    feeds: (batch) => ({
      ...(head === "none"
        ? pairFeeds(
            net,
            Array.from(batch, (i) => examples.texts[i]),
            Array.from(batch, (i) => examples.answers[i]),
          )
        : packed(Array.from(batch, (i) => examples.texts[i]))),
      ...(head === "none"
        ? { [OF_NEWEST]: tokensOfNewest(examples, batch) }
        : { labels: ints(examples.labels, batch) }),
      ...(examples.outside ? { query: rowsOf(examples.outside, batch) } : {}),
      task: taskRows(
        Int32Array.from(batch, (i) => examples.task[i]),
        moduleOf,
        modules,
      ),
      newest: { shape: [batch.length, 1], data: Float32Array.from(batch, (i) => examples.newest[i]) },
    }),
  }
}

const routedLibrary = ({ net, router, options, library, tensors, training }: ToFit, layout: Layout): Routed =>
  routed(
    {
      router,
      options,
      library,
      sites: net.checkpoint.sites,
      firstPass: (first) => encoder(net, {}, false, first).hidden,
    },
    net.checkpoint.width,
    layout,
    tensors,
    { training },
  )

/** The cross-entropy of the newest task's examples; of a batch without any it is zero. */
const ofNewest = (logits: Tensor, labels: Tensor, layout: Layout): Tensor => {
  const newest = input("newest", ["examples", 1], "float", { of: "examples", layout })
  const any = cast(greater(overExamples(newest, "sum"), 0), "float")
  return mul(crossEntropy(logits, labels, add(sum(newest, -1), 1e-12)), any)
}

/** The share of each token of the answers in the mean over those of the newest task. */
const OF_NEWEST = "share/newest"

const tokensOfNewest = ({ answers, newest }: FitExamples, batch: Int32Array): HostTensor => {
  const total = batch.reduce((count, i) => count + newest[i] * answers[i].length, 0)
  const data = Array.from(batch, (i) => new Array(answers[i].length).fill(newest[i] / Math.max(1, total))).flat()
  return { shape: [data.length], data: Float32Array.from(data) }
}

const ints = (all: Int32Array, batch: Int32Array): HostTensor => ({
  shape: [batch.length],
  data: Int32Array.from(batch, (i) => all[i]),
})
