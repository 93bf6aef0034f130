/** The modules of the tasks seen so far as one module, by a composition; with a report of how far it is from the sum that it stands for. */
import { arraysOf, errorOf, type Form, formOf } from "../../../model/composed.ts"
import { fixedNames, isDrawn, isLowRankModule, sitesOf, whyNotTogether } from "../../../model/composing.ts"
import type { Network } from "../../../model/encoder.ts"
import { bySite, type Library, NO_HEAD, type TrainedModule } from "../../../model/library.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, Json, StoredArray } from "../../../plan/step.ts"
import { described } from "../../../plugin/described.ts"
import {
  type Adapter,
  type Composed,
  type Composition,
  type HostTensor,
  randomStream,
  Schema,
  type SiteModules,
} from "../../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import { type Chosen, host, libraryFrom, network } from "../given.ts"
import { notServed } from "../not_served.ts"
import { drift } from "./drift.ts"

export const compose: Perform = async (work) => {
  const { backbone, composition: chosen, seed, answers, ...named } = work.options as unknown as StepOptions["compose"]
  const net = await network(work, backbone)
  const composition = await work.plugin<Composition>("composition", chosen.plugin, chosen.from)
  const modules = work.inputs("modules")
  const library = (await libraryFrom(work, modules)).map((module, t) =>
    module.head.serves ? module : { ...module, task: named.tasks[t] },
  )
  const tasks = library.map(({ task }) => task)
  const needs = composition.needs?.(chosen.options) ?? []
  const shared = modules.every(({ json }) => (json as { initialisation?: string }).initialisation === "shared")
  const reason = whyNotTogether(net, library, composition.name, needs, shared)
  if (reason !== undefined) return notServed(reason)
  const weights = checkedWeights(composition, chosen.options, tasks)
  const fisher = work.inputs("fisher").map(({ arrays }) => hosts(arrays))
  const places = sitesOf(net, library, weights, fisher.length > 0 ? fisher : undefined)
  const stream = (...names: readonly (string | number)[]) =>
    randomStream(seed, "composition", composition.name, ...names)
  const results = composition.compose({ places, stream }, chosen.options)
  if (typeof results === "string") return notServed(results)
  const form = formOf(places, results)
  if (typeof form === "object")
    throw new StepError(
      `\`compose\` of the composition "${composition.name}" ${form.wrong}`,
      "return an array with { parameters }, { factors } or { update } for each of the places, all of one form; or a text that says why it can't be done",
    )
  const adapter =
    form === "parameters"
      ? (modules[0].json as unknown as { readonly adapter: Chosen }).adapter
      : await adapterFor(work, form, net, places, results)
  const arrays = stored(composition, [...kept(net, library, form), ...arraysOf(places, results)])
  const module: TrainedModule = {
    task: composition.name,
    adapter: await adapterIn(work, adapter),
    options: adapter.options,
    sites: bySite(arrays),
    head: NO_HEAD,
  }
  const taking = weights.filter((weight) => weight !== 0).length
  const apart =
    !shared && taking > 1 && isDrawn(net, library[0]) && (needs.includes("alike") || !library.every(isLowRankModule))
  return {
    json: {
      task: composition.name,
      adapter: adapter as unknown as Json,
      parameters: 0,
      composition: {
        weights,
        sites: places.map((place, k) => errorOf(place, results[k])),
        ...(answers ? {} : { logits: await drift(work, net, library, module, weights) }),
      } as unknown as Json,
      warnings: apart
        ? [
            "the modules do not start from the same draws (`initialisation: shared`), and parameters that start from chance are combined number by number",
          ]
        : [],
    },
    arrays: Object.fromEntries(arrays) as Record<string, StoredArray>,
  } satisfies Artifact
}

const hosts = (arrays: Artifact["arrays"]): ReadonlyMap<string, HostTensor> =>
  new Map(Object.entries(arrays).map(([name, array]) => [name, host(array)]))

/** Of results that are no parameters of the modules' own adapter: a LoRA of their rank and scale 1, or whole updates. */
const adapterFor = async (
  work: Work,
  form: Exclude<Form, "parameters">,
  { checkpoint }: Network,
  places: readonly SiteModules[],
  results: readonly Composed[],
): Promise<Chosen> => {
  const at = new Set(places.map(({ site }) => site))
  const targets = [...new Set(checkpoint.sites.filter(({ name }) => at.has(name)).map(({ role }) => role))]
  const [rank] = results.flatMap((result) => ("factors" in result ? result.factors.A.shape[1] : []))
  const plugin = form === "factors" ? "lora" : "full"
  const { options } = await work.plugin<Adapter>("adapter", plugin)
  const written = form === "factors" ? { rank, alpha: rank, targets } : { targets }
  return { plugin, options: Schema.decodeUnknownSync(options)(written as never) }
}

/** Arrays that are not trained are those of the first module: all have the same. */
const kept = (net: Network, [first]: Library, form: Form): readonly (readonly [string, HostTensor])[] =>
  form !== "parameters"
    ? []
    : [...fixedNames(net, first)].map((full) => {
        const [site, name] = full.split("/")
        return [full, first.sites[site][name]] as const
      })

/** A weight for each task, finite. Throws StepError. */
const checkedWeights = (
  { name, weights }: Composition,
  options: unknown,
  tasks: readonly string[],
): readonly number[] => {
  const given: unknown = weights(options, tasks)
  if (Array.isArray(given) && given.length === tasks.length && given.every(Number.isFinite)) return given
  throw new StepError(
    `\`weights\` of the composition "${name}" gives ${described(given)} where ${tasks.length} finite numbers are needed`,
    "return a number for each task: tasks.map((task) => ...)",
  )
}

/** As float32, as every module is stored. Throws StepError where a number is none. */
const stored = (
  { name }: Composition,
  arrays: readonly (readonly [string, HostTensor])[],
): readonly (readonly [string, HostTensor])[] =>
  arrays.map(([full, { shape, data }]) => {
    const at = (data as Float64Array).findIndex((value) => !Number.isFinite(value))
    if (at >= 0)
      throw new StepError(
        `the composition "${name}" gives ${data[at]} in ${full}`,
        "look for a division by zero, or for weights that are far too large",
      )
    return [full, { shape, data: data instanceof Int32Array ? data : Float32Array.from(data as Float64Array) }]
  })
