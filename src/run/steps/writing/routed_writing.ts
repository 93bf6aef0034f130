/** A routed library that writes: gates of an example are those of its prompt, and are watched there. */
import type { Network } from "../../../model/encoder.ts"
import type { Taking, Watch } from "../../../model/generation_step.ts"
import { type Routed, routed, watchedUnits } from "../../../model/routed.ts"
import { unitsOf } from "../../../model/routing_units.ts"
import type { WriteOptions } from "../../../plan/options/step_options.ts"
import type { Router, Routing } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { fittedTensors } from "../given.ts"
import { servedLibrary } from "../routed_library.ts"

export const routedWriting = async (
  work: Work,
  { checkpoint }: Network,
  { router: chosen }: WriteOptions & { readonly what: "routed" },
): Promise<{
  readonly taking: Taking
  readonly watch: Watch
  readonly of: string
  readonly routing: Routing
}> => {
  const router = await work.plugin<Router>("router", chosen.plugin, chosen.from)
  const library = await servedLibrary(work, router, chosen.options, checkpoint.sites)
  const routing = router.routing(chosen.options)
  const tensors = fittedTensors(work.input("fit"))
  const units = unitsOf(routing, library, checkpoint.sites)
  let route: Routed | undefined
  const taking: Taking = (layout, keep) => {
    route = routed(
      { router, options: chosen.options, library, sites: checkpoint.sites },
      checkpoint.width,
      layout,
      tensors,
      { training: false },
      keep,
    )
    return route.participant
  }
  /** Of the pass that was traced last. */
  const watch = () => (route ? watchedUnits(route.gates, units, library.length) : {})
  return { taking, watch, of: `the router "${router.name}"`, routing }
}
