/** A routed library whose gates are fed from outside: what mixing does can be tested without any router's formula. */
import { encoder, type Network } from "../model/encoder.ts"
import type { Library } from "../model/library.ts"
import { routed } from "../model/routed.ts"
import { defineRouter, NoOptions, packedLayout, type Routing, spread, type Tensor } from "../plugin/index.ts"

export type Mix = Pick<Routing, "aggregate" | "mix" | "granularity">

/** Features under gates that are fed as "query", [texts, modules]; with token granularity each token gets its text's. */
export const underGivenGates = (
  { backbone, checkpoint }: Network,
  library: Library,
  { aggregate, mix, granularity }: Mix,
): Tensor => {
  const router = defineRouter({
    name: "given",
    summary: "gates from outside",
    options: NoOptions,
    routing: () => ({ query: "task", level: "model", granularity, aggregate, mix }),
    gates: (query) => (granularity === "token" ? spread(query) : query),
  })
  const layout = packedLayout()
  const route = routed(
    { router, options: {}, library, sites: checkpoint.sites },
    checkpoint.width,
    layout,
    () => ({}),
    { training: false },
  )
  return encoder({ backbone, checkpoint }, route.participant, false, layout).features
}
