/** A router's gates as its author wrote them, checked: a number for each module, of the example or of each token. */

import type { Gating, Router } from "../plugin/index.ts"
import { ShapeError, showShape, type Tensor, visibleShape } from "../tensor/index.ts"

/** Throws ShapeError where the shape is another. */
export const gatesOf = (
  router: Router,
  query: Tensor,
  tensors: Readonly<Record<string, Tensor>>,
  options: unknown,
  mode: Gating,
): Tensor => {
  const gates = router.gates(query, tensors, options, mode)
  const { granularity } = router.routing(options)
  const wanted = granularity === "token" ? ["length", mode.modules] : [mode.modules]
  const given = gates && visibleShape(gates)
  const fits =
    given?.length === wanted.length &&
    given.every((size, axis) => size === wanted[axis]) &&
    (gates.rows?.of === "tokens") === (granularity === "token")
  if (fits) return gates
  throw new ShapeError(
    `gates of ${router.name}`,
    `they are ${given ? showShape(given) : String(gates)} where ${mode.modules} module${mode.modules === 1 ? "" : "s"} and the granularity "${granularity}" need ${showShape(wanted)}`,
    granularity === "token"
      ? "give a vector for each token"
      : 'give one vector for the example: pool("mean", h) makes one state of a text\'s tokens',
  )
}
