/** Which modules of the tasks so far belong together, by a grouping: of each task the number of its group. */
import { isDrawn } from "../../../model/composing.ts"
import { initialsFor, trainedNames } from "../../../model/single.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact } from "../../../plan/step.ts"
import { described } from "../../../plugin/described.ts"
import { type Adapter, type Grouping, randomStream } from "../../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../../work.ts"
import { adapterIn } from "../adapter.ts"
import { type Chosen, host, libraryFrom, network } from "../given.ts"

export const group: Perform = async (work) => {
  const { backbone, grouping: chosen, tasks, seed } = work.options as unknown as StepOptions["group"]
  const net = await network(work, backbone)
  const grouping = await work.plugin<Grouping>("grouping", chosen.plugin, chosen.from)
  const modules = await Promise.all(
    work.inputs("modules").map(async ({ json, arrays }, t) => {
      const { adapter } = json as unknown as { readonly adapter: Chosen }
      const plugin: Adapter = await adapterIn(work, adapter)
      const trained = trainedNames(initialsFor(plugin, adapter.options, net.checkpoint.sites))
      return { task: tasks[t], parameters: Object.fromEntries(trained.map((name) => [name, host(arrays[name])])) }
    }),
  )
  const apart = work
    .inputs("modules")
    .find(({ json }) => (json as { initialisation?: string }).initialisation !== "shared")
  if (apart && modules.length > 1 && isDrawn(net, await moduleFrom(work, apart)))
    work.warn(
      "each module starts from draws of its own, and parameters that start from chance differ by chance",
      "write `initialisation: shared` in the train: what tells modules apart is then what their tasks have taught them",
    )
  const random = randomStream(seed, "grouping", grouping.name)
  const groups = checked(grouping, chosen.options, tasks, grouping.groups(modules, chosen.options, random))
  return { json: { groups: [...groups] }, arrays: {} } satisfies Artifact
}

const moduleFrom = async (work: Work, artifact: Artifact) => (await libraryFrom(work, [artifact]))[0]

/** A group for each task, none of them empty. Throws StepError. */
const checked = (
  { name, count }: Grouping,
  options: unknown,
  tasks: readonly string[],
  given: unknown,
): readonly number[] => {
  const wanted = count(options, tasks.length)
  const numbers = Array.from({ length: wanted }, (_, g) => g)
  const wrong = (what: string) =>
    new StepError(
      `\`groups\` of the grouping "${name}" ${what}`,
      `give a list of ${tasks.length} whole numbers from 0 to ${wanted - 1}, in which each of these is`,
    )
  if (!Array.isArray(given) || given.length !== tasks.length)
    throw wrong(`gives ${described(given)} for ${tasks.length} modules`)
  const strange = given.find((one) => !numbers.includes(one))
  if (strange !== undefined) throw wrong(`names the group ${described(strange)} of ${wanted}`)
  const empty = numbers.find((g) => !given.includes(g))
  if (empty !== undefined) throw wrong(`leaves the group ${empty} of ${wanted} empty`)
  return given
}

export const groupsIn = (work: Pick<Work, "input">): readonly number[] =>
  (work.input("group").json as unknown as { readonly groups: readonly number[] }).groups
