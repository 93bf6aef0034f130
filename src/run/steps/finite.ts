/** What a forward pass gave, checked where it was computed: numbers that are none would only be noticed in the scores. */
import type { HostTensor } from "../../plugin/index.ts"
import { StepError } from "../work.ts"

/** The parts of a pass, the causes before what follows from them. */
const PARTS: readonly (readonly [prefix: string, what: string, help: string])[] = [
  [
    "gates/",
    "gates",
    "look for a division by zero, the logarithm of 0 or less, or an exponential that overflows in `gates`",
  ],
  [
    "entropy/",
    "entropies of the gates",
    "gates are shares: none below 0, and their sum above 0, as softmax gives them",
  ],
  [
    "features",
    "states of the texts",
    "look at what the adapter or the router computes, and at the weights of the backbone",
  ],
]

/** `of`: whose pass it was. Throws StepError that names the part, the unit and the first text. */
export const checkFinite = (arrays: Readonly<Record<string, HostTensor>>, of: string): void => {
  for (const [prefix, what, help] of PARTS)
    for (const [name, { shape, data }] of Object.entries(arrays)) {
      if (!name.startsWith(prefix)) continue
      const at = (data as Float32Array).findIndex((number) => !Number.isFinite(number))
      if (at < 0) continue
      const unit = name.slice(prefix.length)
      const text = Math.floor(at / (data.length / shape[0]))
      throw new StepError(
        `${what} of ${of}${unit === "" || unit === "model" ? "" : ` at ${unit}`} are not finite: ${data[at]} for text ${text + 1} of ${shape[0]}`,
        help,
      )
    }
}
