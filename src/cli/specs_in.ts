/** The specs that words of the command line name: files themselves, and every .l2r file below folders. */
import { readdirSync, statSync } from "node:fs"
import { join, resolve } from "node:path"

/** In the order of the words, each once. What is not there is named all the same, so that reading it says so. */
export const specsIn = (words: readonly string[]): readonly string[] => [
  ...new Set(words.flatMap((word) => (isFolder(word) ? below(word) : [word]))),
]

const isFolder = (path: string): boolean => statSync(resolve(path), { throwIfNoEntry: false })?.isDirectory() ?? false

/** Hidden folders and those of packages are left out, links are not followed. */
const below = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name.startsWith(".") || entry.name === "node_modules" ? [] : below(path)
      return entry.isFile() && entry.name.endsWith(".l2r") ? [path] : []
    })
