/**
 * A training that was stopped halfway: all that its next step depends on, as arrays. Values, moments and the places of the
 * random streams are kept exactly, so that going on ends in the same bytes as never having stopped.
 */
import type { HostTensor, RandomStream } from "../tensor/index.ts"
import type { AdamW } from "./adamw.ts"

export type Snapshot = Readonly<Record<string, HostTensor>>

export interface Halfway {
  /** What an earlier start left; nothing where there was none. */
  readonly read: () => Snapshot | undefined
  readonly write: (snapshot: Snapshot) => void
  /** Milliseconds between two snapshots. */
  readonly every: number
  /** What the caller keeps besides, such as the best epoch so far. */
  readonly more?: { readonly take: () => Snapshot; readonly give: (arrays: Snapshot) => void }
}

/** What a training changes from step to step, besides the optimiser and the losses. */
interface Trained {
  readonly values: ReadonlyMap<string, Float32Array>
  readonly order: RandomStream
  readonly noise: RandomStream
  readonly halfway?: Halfway
}

const flat = (data: HostTensor["data"]): HostTensor => ({ shape: [data.length], data })

/** Before step `step`; `order` is where the stream of the order stood before this epoch was shuffled. */
export const snapshot = (
  { values, noise, halfway }: Trained,
  optimiser: AdamW,
  losses: Float64Array,
  step: number,
  order: Float64Array,
): Snapshot => ({
  step: flat(Float64Array.of(step)),
  losses: flat(losses.slice(0, step)),
  order: flat(order),
  noise: flat(noise.state()),
  ...named("value", values),
  ...named(
    "m",
    [...optimiser.moments].map(([name, { m }]) => [name, m] as const),
  ),
  ...named(
    "v",
    [...optimiser.moments].map(([name, { v }]) => [name, v] as const),
  ),
  ...named(
    "more",
    Object.entries(halfway?.more?.take() ?? {}).map(([name, { data }]) => [name, data] as const),
  ),
})

/** Puts values, moments, losses and streams where an earlier start left them, and gives the step to go on with: 0 where there was none. */
export const restored = (
  { values, order, noise, halfway }: Trained,
  optimiser: AdamW,
  losses: Float64Array,
): number => {
  const found = halfway?.read()
  if (!found) return 0
  const [step] = found.step.data as Float64Array
  losses.set(found.losses.data as Float64Array)
  order.restore(found.order.data as Float64Array)
  noise.restore(found.noise.data as Float64Array)
  for (const [name, data] of parts(found, "value")) values.get(name)?.set(data as Float32Array)
  const v = new Map(parts(found, "v"))
  optimiser.resume(
    step,
    parts(found, "m").map(([name, m]) => [name, { m: m as Float32Array, v: v.get(name) as Float32Array }] as const),
  )
  halfway?.more?.give(Object.fromEntries(parts(found, "more").map(([name, data]) => [name, flat(data)])))
  return step
}

const named = (kind: string, arrays: Iterable<readonly [string, HostTensor["data"]]>): Snapshot =>
  Object.fromEntries([...arrays].map(([name, data]) => [`${kind}/${name}`, flat(data)]))

const parts = (snapshot: Snapshot, kind: string): readonly (readonly [string, HostTensor["data"]])[] =>
  Object.entries(snapshot).flatMap(([key, { data }]) =>
    key.startsWith(`${kind}/`) ? [[key.slice(kind.length + 1), data] as const] : [],
  )
