/**
 * A router at a stage, on the modules of the tasks seen so far: constants prepared from weights or statistics,
 * and parameters trained by gradient on the memory (together with the joined heads, where they are refitted).
 */

import { encoder, headLogits, type Network } from "../../model/encoder.ts"
import { rowsOf } from "../../model/evaluate.ts"
import { withGradients } from "../../model/gradients.ts"
import { copyInto } from "../../model/grown.ts"
import { drawn } from "../../model/initial.ts"
import { attachedAt, joinedHead, type Library } from "../../model/library.ts"
import { hostFactors } from "../../model/mix.ts"
import { optimise, textFeeds } from "../../model/optimise.ts"
import { queryWidth, routed, unitsOf } from "../../model/routed.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import type { FitConstants, FitTrained, StepOptions } from "../../plan/step_options.ts"
import {
  type Constants,
  crossEntropy,
  type HostTensor,
  type Initial,
  input,
  type Probe,
  packedLayout,
  parameter,
  type Router,
  randomStream,
  type Statistics,
  weight,
} from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { checkedConstants } from "./constants.ts"
import { type Chosen, classCount, labelledIn, libraryFrom, network, offsetsOf, remembered, unitsIn } from "./given.ts"
import { located } from "./module.ts"
import { notServed } from "./not_served.ts"
import { frozenRows, frozenRowsOfMemory, outsideOfMemory } from "./query.ts"

export const fit: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["fit"]
  if ("probe" in options) return fitProbe(work, options.probe)
  const net = await network(work, options.backbone)
  const router = await work.plugin<Router>("router", options.router.plugin, options.router.from)
  const library = await libraryFrom(work, work.inputs("modules"))
  const routing = router.routing(options.router.options)
  const units = unitsOf(routing, library, net.checkpoint.sites)
  const constants: Record<string, Constants> = {}
  if (router.prepare)
    for (const unit of units) {
      const found = prepared(router, options, library, unit, net)
      if (typeof found === "string") return notServed(found)
      constants[unit] = found
    }
  if (router.statistics) {
    const given = router.statistics(statisticsFor(work, router, options), options.router.options)
    const statistics = checkedConstants(given, { kind: "router", name: router.name, made: "statistics" })
    for (const unit of units) constants[unit] = { ...constants[unit], ...statistics }
  }
  const trained =
    router.parameters && options.fitting ? await train(work, net, router, options, library, units, constants) : {}
  const named = Object.fromEntries(
    Object.entries(constants).flatMap(([unit, tensors]) =>
      Object.entries(tensors).map(([name, tensor]) => [`unit/${unit}/${name}`, tensor as StoredArray]),
    ),
  )
  const parameters = Object.values(trained).reduce((sum, { data }) => sum + data.length, 0)
  return {
    json: { router: options.router.plugin, units, parameters },
    arrays: { ...named, ...trained },
  } satisfies Artifact
}

/** A probe has statistics only. */
const fitProbe = async (work: Work, chosen: Chosen): Promise<Artifact> => {
  const probe = await work.plugin<Probe>("probe", chosen.plugin, chosen.from)
  const given = probe.statistics(statisticsFor(work, probe, { router: chosen }), chosen.options)
  const constants = checkedConstants(given, { kind: "probe", name: probe.name, made: "statistics" })
  return {
    json: { probe: chosen.plugin, parameters: 0 },
    arrays: Object.fromEntries(
      Object.entries(constants).map(([name, tensor]) => [`unit/model/${name}`, tensor as StoredArray]),
    ),
  }
}

const prepared = (
  router: Router,
  options: FitConstants | FitTrained,
  library: Library,
  unit: string,
  net: Network,
): Constants | string => {
  const sites = net.checkpoint.sites.filter(
    ({ name, layer }) => unit === "model" || unit === name || unit === `layer.${layer}`,
  )
  const factors = library.map((module) =>
    sites.flatMap((site) => {
      const [attached] = attachedAt([module], site)
      const found = attached && hostFactors(module, attached.parameters)
      return found ? [{ site: site.name, ...found }] : []
    }),
  )
  const given: unknown = router.prepare!({ unit, factors }, options.router.options)
  if (typeof given === "string") return given
  return checkedConstants(given, { kind: "router", name: router.name, made: "prepare", unit })
}

/** Features of the tasks seen so far: of the memory, or of all training data. */
export const statisticsFor = (
  work: Work,
  plugin: {
    readonly statisticsFrom?: (options: any) => "memory" | "train"
    readonly routing?: Router["routing"]
    readonly query?: (options: any) => "frozen_mean" | "frozen_cls"
  },
  { router }: { readonly router: Chosen },
): Statistics => {
  const tokens = work.inputs("tokens")
  const features = work.inputs("features")
  const query = { query: plugin.routing ? plugin.routing(router.options).query : plugin.query!(router.options) }
  const { offsets, total } = offsetsOf(tokens.map(classCount))
  const taskOfClass = Int32Array.from({ length: total }, (_, c) => offsets.findLastIndex((offset) => offset <= c))
  if ((plugin.statisticsFrom?.(router.options) ?? "train") === "memory") {
    const memory = remembered(tokens, work.inputs("memories"))
    const rows = frozenRowsOfMemory(features, query, memory.task, memory.index)
    return {
      features: rows.data as Float32Array,
      width: rows.shape[1],
      task: memory.task,
      class: memory.labels,
      tasks: tokens.length,
      taskOfClass,
    }
  }
  const parts = features.map((artifact) => frozenRows(artifact, query).data as Float32Array)
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  const task: number[] = []
  const classes: number[] = []
  let at = 0
  tokens.forEach((artifact, t) => {
    all.set(parts[t], at)
    at += parts[t].length
    for (const label of labelledIn(artifact, "train").labels) {
      task.push(t)
      classes.push(offsets[t] + label)
    }
  })
  return {
    features: all,
    width: all.length / task.length,
    task: Int32Array.from(task),
    class: Int32Array.from(classes),
    tasks: tokens.length,
    taskOfClass,
  }
}

const train = async (
  work: Work,
  net: Network,
  router: Router,
  { router: chosen, name, head, fitting, seed }: FitTrained,
  library: Library,
  units: readonly string[],
  constants: Readonly<Record<string, Constants>>,
): Promise<Record<string, StoredArray>> => {
  const { checkpoint } = net
  const routing = router.routing(chosen.options)
  const memory = remembered(work.inputs("tokens"), work.inputs("memories"))
  const outside = outsideOfMemory(work, routing, memory, library.length, seed)
  const initials = new Map<string, Initial>(
    units.flatMap((unit) =>
      Object.entries<Initial>(
        router.parameters!(
          {
            width: queryWidth(routing, unit, checkpoint.width, library.length, checkpoint.sites),
            modules: library.length,
          },
          chosen.options,
        ),
      ).map(([part, initial]) => [`unit/${unit}/${part}`, initial] as const),
    ),
  )
  const tensors = new Map<string, HostTensor>(
    [...initials].map(([key, initial]) => [key, drawn(initial, randomStream(seed, "router", name, key))]),
  )
  warmStart(work, tensors)
  const joined = joinedHead(library.map((module) => module.head))
  if (head === "refit") {
    tensors.set("head/W", { shape: joined.W.shape, data: joined.W.data.slice() })
    tensors.set("head/b", { shape: joined.b.shape, data: joined.b.data.slice() })
  }
  const leaf = (key: string, host: HostTensor) => (tensors.has(key) ? parameter(key, host.shape) : weight(key, host))
  const layout = packedLayout()
  const route = routed(
    { router, options: chosen.options, library, sites: checkpoint.sites },
    checkpoint.width,
    layout,
    (unit) => ({
      ...Object.fromEntries(
        Object.entries(constants[unit] ?? {}).map(([part, host]) => [part, weight(`unit/${unit}/${part}`, host)]),
      ),
      ...Object.fromEntries(
        [...tensors]
          .filter(([key]) => key.startsWith(`unit/${unit}/`))
          .map(([key, host]) => [key.split("/")[2], parameter(key, host.shape)]),
      ),
    }),
    { training: true },
  )
  const trace = encoder(net, route.participant, false, layout)
  const logits = headLogits(trace.features, leaf("head/W", joined.W), leaf("head/b", joined.b))
  const loss = crossEntropy(logits, input("labels", ["examples"], "int", { of: "examples", layout }))
  const training = withGradients(loss, [...tensors.keys()])
  const session = await (await work.engine()).compile(training)
  const values = new Map([...tensors].map(([key, { data }]) => [key, data as Float32Array]))
  try {
    await optimise({
      session,
      program: training,
      values,
      groups: [
        { names: [...initials.keys()], learningRate: fitting.learning_rate, weightDecay: 0.01 },
        {
          names: head === "refit" ? ["head/W", "head/b"] : [],
          learningRate: fitting.head_learning_rate,
          weightDecay: 0.01,
        },
      ],
      examples: memory.texts.length,
      feeds: (batch) => ({
        ...textFeeds(memory.texts, memory.labels, batch),
        ...(outside ? { query: rowsOf(outside, batch) } : {}),
      }),
      epochs: fitting.epochs,
      batch: fitting.batch,
      schedule: "linear",
      warmUp: 0,
      order: randomStream(seed, "router batches", name),
      noise: randomStream(seed, "router noise", name),
      halfway: work.halfway,
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${fitting.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `router "${name}"`, fitting.learning_rate)
  } finally {
    await session.release()
  }
  return Object.fromEntries([...tensors].map(([key, { shape }]) => [key, { shape, data: values.get(key)! }]))
}

/** With a warm schedule: starts from the router of the stage before; what belongs to the new module keeps its fresh values. */
const warmStart = (work: Work, tensors: Map<string, HostTensor>): void => {
  for (const artifact of work.inputs("previous"))
    for (const [unit, parts] of Object.entries(unitsIn(artifact)))
      for (const [part, old] of Object.entries(parts)) {
        const fresh = tensors.get(`unit/${unit}/${part}`)
        if (fresh) copyInto(old, fresh)
      }
}
