/** A gate that is trained with one module alone, on the training examples of the tasks that it serves; and the gates of a library, side by side. */
import type { Network } from "../../../model/encoder.ts"
import { type Library, stackedHost } from "../../../model/library.ts"
import { initialsOf } from "../../../model/router_initials.ts"
import { unitsOf } from "../../../model/routing_units.ts"
import type { FitAlone } from "../../../plan/options/step_options.ts"
import type { Artifact } from "../../../plan/step.ts"
import type { Constants, HostTensor, Router } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { headIn, unitsIn } from "../given.ts"
import { outsideOfMemory } from "../query.ts"
import { byGradient } from "./by_gradient.ts"
import { ofTraining } from "./examples.ts"
import { fitObjective } from "./objective.ts"
import { fitParameters } from "./parameters.ts"

export interface OneModule extends FitAlone {
  readonly net: Network
  /** As it routes a library; here its gate of one module. */
  readonly plugin: Router
  /** The one module. */
  readonly library: Library
}

export const fitAlone = async (
  given: Work,
  { net, plugin, library: [whole], router: { options }, name, fitting, seed }: OneModule,
): Promise<Artifact> => {
  const work = ofItsTasks(given)
  const library: Library = [{ ...whole, head: { ...whole.head, ...headIn(work.input("modules")) } }]
  const { parameters: initials, gates } = plugin.alone!
  const router: Router = { ...plugin, parameters: initials as never, gates, fit: undefined, loss: undefined }
  const routing = router.routing(options)
  const units = unitsOf(routing, library, net.checkpoint.sites)
  const examples = ofTraining(work, () => true)
  const outside = outsideOfMemory(work, routing, examples, seed)
  const all = { ...examples, newest: new Float32Array(examples.texts.length).fill(1), ...(outside ? { outside } : {}) }
  const parameters = fitParameters({
    initials: initialsOf(router, options, units, library, net.checkpoint),
    constants: {},
    previous: [],
    keeps: [],
    seed,
    name: `${name} of ${library[0].task}`,
  })
  const objective = fitObjective({
    net,
    router,
    options,
    library,
    examples: all,
    head: "kept",
    tensors: parameters.leaves,
    training: true,
  })
  const arrays = await byGradient(work, {
    objective,
    parameters,
    examples: all.texts.length,
    fitting,
    seed,
    name: `${name} of ${library[0].task}`,
  })
  const count = Object.values(arrays).reduce((sum, { data }) => sum + data.length, 0)
  return { json: { router: plugin.name, units, parameters: count }, arrays }
}

/** What a step with one module is given, of the tasks that the module serves alone; they count from 0. */
const ofItsTasks = (work: Work): Work => {
  const module = work.input("modules")
  const { serves } = headIn(module)
  if (!serves) return work
  const renumbered = serves.map((one, task) => ({ ...one, task }))
  const inputs: Work["inputs"] = (name) => {
    if (name === "modules") return [{ ...module, json: { ...(module.json as object), serves: renumbered } }]
    const all = work.inputs(name)
    return name === "tokens" || name === "features" ? serves.map(({ task }) => all[task]) : all
  }
  return { ...work, inputs, input: (name) => inputs(name)[0] }
}

/** By unit, each parameter [...] of N modules as [N, ...]. A string says why they can't stand side by side. */
export const stackedAlone = (fits: readonly Artifact[], library: Library): ReadonlyMap<string, Constants> | string => {
  const byModule = fits.map(unitsIn)
  const units = [...new Set(byModule.flatMap((own) => Object.keys(own)))]
  for (const unit of units) {
    const without = byModule.findIndex((own) => !own[unit])
    if (without >= 0) return `the module of ${library[without].task} has no gate at ${unit}, where others have one`
  }
  return new Map(
    units.map((unit) => [
      unit,
      Object.fromEntries(
        Object.keys(byModule[0][unit]).map((part): [string, HostTensor] => [
          part,
          stackedHost(byModule.map((own) => own[unit][part])),
        ]),
      ),
    ]),
  )
}
