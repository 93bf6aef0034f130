/**
 * A training that was stopped halfway: all that its next step depends on, as arrays. Values, what the optimiser keeps and the
 * places of the random streams are kept exactly, so that going on ends in the same bytes as never having stopped.
 */
import type { HostTensor, RandomStream } from "../tensor/index.ts"
import type { Optimiser, OptimiserState } from "./optimiser.ts"

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
  optimiser: Optimiser,
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
    "optimiser",
    Object.entries(optimiser.state).flatMap(([kind, arrays]) =>
      [...arrays].map(([name, data]) => [`${kind}/${name}`, data] as const),
    ),
  ),
  ...named(
    "more",
    Object.entries(halfway?.more?.take() ?? {}).map(([name, { data }]) => [name, data] as const),
  ),
})

/** Puts values, the optimiser's state, losses and streams where an earlier start left them, and gives the step to go on with: 0 where there was none. */
export const restored = (
  { values, order, noise, halfway }: Trained,
  optimiser: Optimiser,
  losses: Float64Array,
): number => {
  const found = halfway?.read()
  if (!found) return 0
  const [step] = found.step.data as Float64Array
  losses.set(found.losses.data as Float64Array)
  order.restore(found.order.data as Float64Array)
  noise.restore(found.noise.data as Float64Array)
  for (const [name, data] of parts(found, "value")) values.get(name)?.set(data as Float32Array)
  optimiser.resume(step, stateIn(parts(found, "optimiser")))
  halfway?.more?.give(Object.fromEntries(parts(found, "more").map(([name, data]) => [name, flat(data)])))
  return step
}

const stateIn = (arrays: readonly (readonly [string, HostTensor["data"]])[]): OptimiserState => {
  const state: Record<string, Map<string, Float32Array>> = {}
  for (const [full, data] of arrays) {
    const slash = full.indexOf("/")
    const kind = full.slice(0, slash)
    state[kind] ??= new Map()
    state[kind].set(full.slice(slash + 1), data as Float32Array)
  }
  return state
}

const named = (kind: string, arrays: Iterable<readonly [string, HostTensor["data"]]>): Snapshot =>
  Object.fromEntries([...arrays].map(([name, data]) => [`${kind}/${name}`, flat(data)]))

const parts = (snapshot: Snapshot, kind: string): readonly (readonly [string, HostTensor["data"]])[] =>
  Object.entries(snapshot).flatMap(([key, { data }]) =>
    key.startsWith(`${kind}/`) ? [[key.slice(kind.length + 1), data] as const] : [],
  )
