/** A router that turns a library down leaves its steps empty, with the reason; its row says "not defined (reason)" and the others go on. */
import type { Artifact } from "../../plan/step.ts"

export const notServed = (reason: string): Artifact => ({ json: { notDefined: reason }, arrays: {} })

/** Why the step before has nothing; undefined where it has. */
export const turnedDown = ({ json }: Artifact): string | undefined =>
  (json as { readonly notDefined?: string } | null)?.notDefined
