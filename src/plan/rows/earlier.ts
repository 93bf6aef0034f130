/** Modules that are trained with earlier ones at work beside them: which adapters that goes for. */
import type { Train } from "../../../dsl/spec.ts"
import type { Adapter } from "../../plugin/index.ts"
import { PlanError, type Resolved } from "../chosen.ts"

/** Throws PlanError where the tokens of earlier modules would join those of the text. */
export const checkEarlier = ({ earlier, span }: Train, adapters: readonly Resolved<Adapter>[]): void => {
  if (earlier === "absent") return
  const joining = adapters.find(({ plugin, chosen }) => plugin.sites(chosen.options).includes("embeddings"))
  if (joining)
    throw new PlanError(
      `\`earlier: ${earlier}\` adds up what modules give at a site, and those of the adapter ${joining.plugin.name} are tokens that join a text`,
      "train these modules in isolation, `earlier: absent`, or take an adapter that changes what leaves a layer",
      span,
    )
}
