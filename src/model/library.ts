/** A library: the trained modules of a stage, as plain arrays, with the adapters that made them. */
import type { Adapter, HostTensor, Site } from "../plugin/index.ts"
import { type Served, servedBy } from "./serving.ts"

export interface Head {
  /** [width, classes] and [classes]. */
  readonly W: HostTensor
  readonly b: HostTensor
  /** The tasks whose classes these are, where a module serves others than the one task of its place in the library. */
  readonly serves?: readonly Served[]
}

/** The head of a module that writes answers: none, that is one without classes. */
export const NO_HEAD: Head = {
  W: { shape: [0, 0], data: new Float32Array() },
  b: { shape: [0], data: new Float32Array() },
}

/** Trained to write answers, not to choose a class. */
export const isWriting = ({ head }: Pick<TrainedModule, "head">): boolean => head.b.data.length === 0

export interface TrainedModule {
  readonly task: string
  readonly adapter: Adapter
  readonly options: unknown
  /** Parameters by site, then by name; under "all" those that all sites share. */
  readonly sites: Readonly<Record<string, Readonly<Record<string, HostTensor>>>>
  readonly head: Head
}

export type Library = readonly TrainedModule[]

/** Arrays by full name, "<site>/<parameter>", as a module holds them: by site, then by name. A site's name may hold no "/". */
export const bySite = (arrays: Iterable<readonly [string, HostTensor]>): TrainedModule["sites"] => {
  const sites: Record<string, Record<string, HostTensor>> = {}
  for (const [name, array] of arrays) {
    const [site, parameter] = name.split("/")
    sites[site] = { ...sites[site], [parameter]: array }
  }
  return sites
}

/** A module that attaches at a certain site, with its place in the library (its gate). */
export interface Attached {
  readonly index: number
  readonly module: TrainedModule
  readonly parameters: Readonly<Record<string, HostTensor>>
}

/** In the place of a site's name, where an array is that of all sites. */
export const SHARED = "all"

/** A module's parameters at a site, those of all sites among them; undefined where it does not attach. */
export const parametersAt = (
  { adapter, options, sites }: TrainedModule,
  site: Site,
): Readonly<Record<string, HostTensor>> | undefined => {
  const [own, shared] = [sites[site.name], sites[SHARED]]
  if (!shared) return own
  if (!own && !adapter.sites(options).includes(site.role)) return undefined
  // Of an adapter that is made of others, each has shared arrays of its own, at its own sites.
  const here = adapter.parameters(site, options)
  return { ...Object.fromEntries(Object.entries(shared).filter(([name]) => name in here)), ...own }
}

export const attachedAt = (library: Library, site: Site): readonly Attached[] =>
  library.flatMap((module, index) => {
    const parameters = parametersAt(module, site)
    return parameters ? [{ index, module, parameters }] : []
  })

/** Heads side by side: class c of task t becomes column offset(t) + c, taken from the head of the module that serves the task. */
export const joinedHead = (heads: readonly Head[]): Head => {
  const width = heads[0].W.shape[0]
  const slices = heads.flatMap((head, place) => {
    let from = 0
    return servedBy(head, place).map(({ task, classes }) => ({
      head,
      task,
      from: (from += classes) - classes,
      classes,
    }))
  })
  const total = slices.reduce((sum, { classes }) => sum + classes, 0)
  const W = new Float32Array(width * total)
  const b = new Float32Array(total)
  let offset = 0
  for (const { head, from, classes } of slices.sort((one, other) => one.task - other.task)) {
    const own = head.b.data.length
    for (let r = 0; r < width; r++)
      for (let c = 0; c < classes; c++) W[r * total + offset + c] = Number(head.W.data[r * own + from + c])
    b.set((head.b.data as Float32Array).subarray(from, from + classes), offset)
    offset += classes
  }
  return { W: { shape: [width, total], data: W }, b: { shape: [total], data: b } }
}

/** Arrays laid one after the other along a new first axis: N times [..p] -> [N, ..p]. */
export const stackedHost = (parts: readonly HostTensor[]): HostTensor => {
  const size = parts[0].data.length
  const data = new Float32Array(size * parts.length)
  parts.forEach((part, i) => data.set(part.data as Float32Array, i * size))
  return { shape: [parts.length, ...parts[0].shape], data }
}
