/** What an evaluation keeps: logits [texts, classes], FLOPs of a text, gates. */
import type { Artifact, StoredArray } from "../../plan/step.ts"
import type { HostTensor, Program } from "../../plugin/index.ts"
import type { Work } from "../work.ts"

export const evaluated = (
  logits: Float32Array,
  texts: number,
  flops: number,
  more: Record<string, StoredArray> = {},
): Artifact => ({
  json: { flops },
  arrays: { logits: { shape: [texts, logits.length / texts], data: logits }, ...more },
})

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
