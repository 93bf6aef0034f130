/**
 * A router at a stage, on the modules of the tasks seen so far: constants prepared from weights or statistics,
 * and parameters trained by gradient on the memory (together with the joined heads, where they are refitted).
 */

import type { Network } from "../../model/encoder.ts"
import { attachedAt, type Library } from "../../model/library.ts"
import { hostFactors } from "../../model/mix.ts"
import { unitsOf } from "../../model/routed.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import type { FitConstants, FitTrained, StepOptions } from "../../plan/step_options.ts"
import type { Constants, Probe, Router } from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { checkedConstants } from "./constants.ts"
import { trained } from "./fit_by_gradient.ts"
import { type Chosen, libraryFrom, network } from "./given.ts"
import { notServed } from "./not_served.ts"
import { statisticsFor } from "./statistics.ts"

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
  const learnt =
    router.parameters && options.fitting ? await trained(work, net, router, options, library, units, constants) : {}
  const named = Object.fromEntries(
    Object.entries(constants).flatMap(([unit, tensors]) =>
      Object.entries(tensors).map(([name, tensor]) => [`unit/${unit}/${name}`, tensor as StoredArray]),
    ),
  )
  const parameters = Object.values(learnt).reduce((sum, { data }) => sum + data.length, 0)
  return {
    json: { router: options.router.plugin, units, parameters },
    arrays: { ...named, ...learnt },
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
