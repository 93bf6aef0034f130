/** What `l2r init` writes: files of the folder `templates`, as they stand there. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export interface Template {
  readonly about: string
  /** Folders of `templates` whose files it is made of, and where they go. */
  readonly folders: Readonly<Record<string, string>>
}

export const templates: Readonly<Record<string, Template>> = {
  spec: { about: "a spec with two small tasks to replace by your own", folders: { spec: "", data: "data" } },
  router: { about: "a router of your own, its test, and a spec that runs it", folders: { router: "", data: "data" } },
  adapter: {
    about: "an adapter of your own, its test, and a spec that runs it",
    folders: { adapter: "", data: "data" },
  },
  composition: {
    about: "a composition of your own, its test, and a spec that runs it",
    folders: { composition: "", data: "data" },
  },
  strategy: {
    about: "a training strategy of your own, its test, and a spec that runs it",
    folders: { strategy: "", data: "data" },
  },
  transfer: {
    about: "a transfer of your own, its test, and a spec that runs it",
    folders: { transfer: "", data: "data" },
  },
  data: { about: "a data source of your own, and a spec that runs on it", folders: { source: "" } },
}

const place = fileURLToPath(new URL("templates", import.meta.url))

/** Paths with their content. */
export const filesOf = ({ folders }: Template): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(
    Object.entries(folders).flatMap(([folder, to]) =>
      below(join(place, folder)).map((path) => [
        join(to, path),
        new Uint8Array(readFileSync(join(place, folder, path))),
      ]),
    ),
  )

const below = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? below(join(folder, entry.name)).map((path) => join(entry.name, path)) : [entry.name],
    )
