/** What an evaluation keeps: logits [texts, classes], FLOPs of a text, gates. */
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import type { HostTensor, Program } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { headIn, servingIn } from "../given.ts"

export const evaluated = (
  logits: Float32Array,
  texts: number,
  flops: number,
  more: Record<string, StoredArray> = {},
  serving: ServingNote = {},
): Artifact => ({
  json: { flops, ...serving },
  arrays: { logits: { shape: [texts, logits.length / texts], data: logits }, ...more },
})

/** Of a library whose modules serve several tasks: the module of each task. */
export interface ServingNote {
  readonly moduleOf?: readonly number[]
}

/** What an evaluation says of the modules under it; nothing where there is one a task. */
export const servingNote = (work: Pick<Work, "inputs">): ServingNote => {
  const grouped = work.inputs("modules").some((artifact) => headIn(artifact).serves)
  return grouped ? { moduleOf: [...servingIn(work)] } : {}
}

export const moduleOfIn = ({ json }: Artifact): readonly number[] | undefined => (json as ServingNote).moduleOf

export const flopsIn = ({ json }: Artifact): number => (json as { flops: number }).flops

/** One run of a program. */
export const once = async (
  work: Work,
  forward: Program,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Readonly<Record<string, HostTensor>>> => {
  const session = await (await work.engine()).compile(forward)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
