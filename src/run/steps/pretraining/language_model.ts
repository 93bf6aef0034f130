/** A language model as an artifact: its checkpoint without the weights as JSON, the weights as arrays. */
import type { Network } from "../../../model/encoder.ts"
import { parametersIn } from "../../../model/experts.ts"
import type { Artifact, Json, StoredArray } from "../../../plan/step.ts"
import type { Backbone, Checkpoint, HostTensor } from "../../../plugin/index.ts"

const WEIGHT = "weight/"

export const asArtifact = ({ weights, ...rest }: Checkpoint, losses: Float64Array): Artifact => ({
  json: { ...rest, parameters: parametersIn(weights) } as unknown as Json,
  arrays: {
    ...Object.fromEntries(Object.entries(weights).map(([name, one]) => [WEIGHT + name, one as StoredArray])),
    losses: { shape: [losses.length], data: losses },
  },
})

/** With copies of the weights, which may be changed. */
export const modelIn = (backbone: Backbone, { json, arrays }: Artifact): Network => {
  const weights = Object.fromEntries(
    Object.entries(arrays).flatMap(([name, { shape, data }]): [string, HostTensor][] =>
      name.startsWith(WEIGHT) ? [[name.slice(WEIGHT.length), { shape, data: data.slice() }]] : [],
    ),
  )
  return { backbone, checkpoint: { ...(json as unknown as Checkpoint), weights } }
}
