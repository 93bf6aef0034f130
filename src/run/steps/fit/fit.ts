/**
 * A router at a stage, on the modules of the tasks seen so far:
 *   constants of weights (`prepare`), of features (`statistics`) and of modules alone (`alone`)  ->  parameters, by gradient or by search  ->  what is recorded
 */
import type { Network } from "../../../model/encoder.ts"
import type { Library } from "../../../model/library.ts"
import { initialsOf } from "../../../model/router_initials.ts"
import { unitsOf } from "../../../model/routing_units.ts"
import type { FitTrained, StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type Arrays, type Constants, fitsHeads, type Probe, type Router } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { type Chosen, fittedTensors, network } from "../given.ts"
import { notServed } from "../not_served.ts"
import { libraryFor } from "../routed_library.ts"
import { fitAlone, stackedAlone } from "./alone.ts"
import { byGradient } from "./by_gradient.ts"
import { bySearch } from "./by_search.ts"
import { checkedConstants } from "./constants.ts"
import { fitExamples } from "./examples.ts"
import { fitObjective } from "./objective.ts"
import { fitParameters } from "./parameters.ts"
import { preparedConstants } from "./prepared.ts"
import { RECORDED, recorded, recordedBefore } from "./record.ts"
import { statisticsFor, statisticsOfUnit } from "./statistics.ts"

export const fit: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["fit"]
  if ("probe" in options) return fitProbe(work, options.probe)
  const net = await network(work, options.backbone)
  const router = await work.plugin<Router>("router", options.router.plugin, options.router.from)
  const library = await libraryFor(work, router, options.router.options, net.checkpoint.sites)
  if (typeof library === "string") return notServed(library)
  if ("alone" in options) return fitAlone(work, { ...options, net, plugin: router, library })
  const units = unitsOf(router.routing(options.router.options), library, net.checkpoint.sites)
  const constants = constantsOf(work, net, router, options.router.options, library, units)
  if (typeof constants === "string") return notServed(constants)
  const learnt =
    router.parameters && options.fitting
      ? await fittedParameters(work, net, router, options, library, units, constants)
      : {}
  const counted = Object.entries(learnt).filter(([name]) => !name.endsWith(`/${RECORDED}`))
  return {
    json: {
      router: options.router.plugin,
      units,
      parameters: counted.reduce((sum, [, { data }]) => sum + data.length, 0),
    },
    arrays: { ...arraysOf(constants), ...learnt },
  } satisfies Artifact
}

/** Constants by unit, as they are stored. */
const arraysOf = (constants: Readonly<Record<string, Constants>>): Record<string, StoredArray> =>
  Object.fromEntries(
    Object.entries(constants).flatMap(([unit, tensors]) =>
      Object.entries(tensors).map(([name, tensor]) => [`unit/${unit}/${name}`, tensor as StoredArray]),
    ),
  )

/** By unit. A string says why the library can't be served. */
const constantsOf = (
  work: Work,
  net: Network,
  router: Router,
  options: unknown,
  library: Library,
  units: readonly string[],
): Readonly<Record<string, Constants>> | string => {
  const constants: Record<string, Constants> = {}
  const join = (unit: string, more: Constants) => {
    constants[unit] = { ...constants[unit], ...more }
  }
  const fisher = router.fisher && work.inputs("fisher").map(({ arrays }): Arrays => arrays)
  for (const unit of router.prepare ? units : []) {
    const found = preparedConstants(router, options, library, unit, net.checkpoint.sites, fisher)
    if (typeof found === "string") return found
    join(unit, found)
  }
  if (router.statistics) {
    const { query } = router.routing(options)
    const apart = query === "block" || query === "site"
    const about = { kind: "router", name: router.name, made: "statistics" } as const
    const whole = apart ? undefined : statisticsFor(work, router, options)
    for (const unit of units) {
      const given = router.statistics(whole ?? statisticsOfUnit(work, router, options, unit), options)
      join(unit, checkedConstants(given, apart ? { ...about, unit } : about))
    }
  }
  if (router.alone) {
    const stacked = stackedAlone(work.inputs("alone"), library)
    if (typeof stacked === "string") return stacked
    for (const [unit, gates] of stacked) join(unit, gates)
  }
  return constants
}

const fittedParameters = async (
  work: Work,
  net: Network,
  router: Router,
  { router: { options }, name, head, fitting, seed }: FitTrained,
  library: Library,
  units: readonly string[],
  constants: Readonly<Record<string, Constants>>,
): Promise<Record<string, StoredArray>> => {
  const how = router.fit?.(options) ?? {}
  const routing = router.routing(options)
  const previous = work.inputs("previous")
  const examples = fitExamples(work, routing, how, seed)
  const before = how.records ? recordedBefore(previous, library.length) : {}
  const parameters = fitParameters({
    initials: initialsOf(router, options, units, library, net.checkpoint),
    constants: Object.fromEntries(units.map((unit) => [unit, { ...constants[unit], ...before[unit] }])),
    previous,
    keeps: how.keeps ?? [],
    seed,
    name,
  })
  const to = { net, router, options, library, examples, head: head === "refit" && !fitsHeads(how) ? "kept" : head }
  const objective = fitObjective({ ...to, tensors: parameters.leaves, training: true })
  const learnt =
    typeof how.by === "object"
      ? await bySearch(work, { objective, parameters, examples, by: how.by, seed, name })
      : await byGradient(work, { objective, parameters, examples: examples.texts.length, fitting, seed, name })
  if (!how.records) return learnt
  const memory = how.on === undefined || how.on === "memory" ? examples : fitExamples(work, routing, {}, seed)
  const tensors = fittedTensors({ arrays: { ...arraysOf(constants), ...learnt } })
  const final = fitObjective({ ...to, examples: memory, training: false, tensors })
  return { ...learnt, ...(await recorded(work, final, memory, library.length, how.records, previous)) }
}

/** A probe has statistics only. */
const fitProbe = async (work: Work, chosen: Chosen): Promise<Artifact> => {
  const probe = await work.plugin<Probe>("probe", chosen.plugin, chosen.from)
  const given = probe.statistics(statisticsFor(work, probe, chosen.options), chosen.options)
  const constants = checkedConstants(given, { kind: "probe", name: probe.name, made: "statistics" })
  return {
    json: { probe: chosen.plugin, parameters: 0 },
    arrays: arraysOf({ model: constants }),
  }
}
