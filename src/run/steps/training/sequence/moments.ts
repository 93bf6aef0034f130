/** Where the tasks of a sequence have come: after the update with the last text of each. The evaluation knows it, the training does not. */
import type { Snapshot } from "../../../../model/halfway.ts"
import type { StoredArray } from "../../../../plan/step.ts"
import type { HostTensor } from "../../../../plugin/index.ts"
import type { SharedOptions } from "../strategy/shared_options.ts"
import type { Along } from "./texts.ts"

export interface Moment {
  /** The update after which it is, and how many texts have come by then. */
  readonly step: number
  readonly texts: number
}

/** By task; what is tested after a task has come with all tasks before it. */
export const momentsOf = (
  { arrived, tasks, until }: Pick<Along, "arrived" | "tasks" | "until">,
  { batch, accumulate, epochs }: SharedOptions["train"],
): readonly Moment[] => {
  const last = new Int32Array(tasks)
  arrived.forEach(({ task }, place) => {
    last[task] = place
  })
  return Array.from(last, (_, t) => {
    const place = Math.max(...last.subarray(0, t + 1))
    const step = (Math.floor(place / (batch * accumulate)) + 1) * epochs - 1
    return { step, texts: until(step) }
  })
}

/** Copies of what is trained, taken as the training passes the moments. */
export const snapshots = (
  start: ReadonlyMap<string, HostTensor>,
  values: ReadonlyMap<string, Float32Array>,
  moments: readonly Moment[],
) => {
  const taken = new Map<string, Float32Array>()
  return {
    after: (step: number): void => {
      for (const [t, moment] of moments.entries())
        if (moment.step === step) for (const [name, value] of values) taken.set(`after/${t}/${name}`, value.slice())
    },
    halfway: {
      take: (): Snapshot =>
        Object.fromEntries([...taken].map(([name, data]) => [name, { shape: [data.length], data }])),
      give: (snapshot: Snapshot): void => {
        for (const [name, { data }] of Object.entries(snapshot))
          if (name.startsWith("after/")) taken.set(name, data as Float32Array)
      },
    },
    /** With what else there is after so many texts. */
    arrays: (
      besides: (texts: number) => Readonly<Record<string, StoredArray>>,
    ): Readonly<Record<string, StoredArray>> =>
      Object.fromEntries(
        moments.flatMap(({ texts }, t) =>
          Object.entries({ ...(Object.fromEntries(start) as Record<string, StoredArray>), ...besides(texts) }).map(
            ([name, { shape, data }]) =>
              [`after/${t}/${name}`, { shape, data: taken.get(`after/${t}/${name}`) ?? data } as StoredArray] as const,
          ),
        ),
      ),
  }
}
