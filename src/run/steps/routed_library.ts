/** The library as a router composes it: trained modules, their weights changed where the router transforms them. */
import { attachedAt, type Library } from "../../model/library.ts"
import type { HostTensor, Router, Site } from "../../plugin/index.ts"
import { StepError, type Work } from "../work.ts"
import { libraryFrom } from "./given.ts"

/** A string says why the router can't serve it. */
export const libraryFor = async (
  work: Pick<Work, "plugin" | "inputs">,
  router: Router,
  options: unknown,
  sites: readonly Site[],
): Promise<Library | string> => {
  const library = await libraryFrom(work, work.inputs("modules"))
  return router.transform ? transformed(library, router, options, sites) : library
}

/** Of a router that was fitted on it before, so that it is known to serve it. */
export const servedLibrary = async (
  work: Pick<Work, "plugin" | "inputs">,
  router: Router,
  options: unknown,
  sites: readonly Site[],
): Promise<Library> => {
  const library = await libraryFor(work, router, options, sites)
  if (typeof library !== "string") return library
  throw new StepError(
    `the router "${router.name}" can't serve the library: ${library}`,
    "it served it when it was fitted; let `transform` depend on the weights and options alone",
  )
}

const transformed = (library: Library, router: Router, options: unknown, sites: readonly Site[]): Library | string => {
  const changed = library.map(({ sites: own }): Record<string, Readonly<Record<string, HostTensor>>> => ({ ...own }))
  for (const site of sites) {
    const attached = attachedAt(library, site)
    if (attached.length === 0) continue
    const modules = attached.map(({ module, parameters }) => ({ task: module.task, parameters }))
    const given = router.transform!({ site: site.name, role: site.role, modules }, options)
    if (typeof given === "string") return given
    attached.forEach(({ index }, k) => {
      changed[index][site.name] = given[k]
    })
  }
  return library.map((module, index) => ({ ...module, sites: changed[index] }))
}
