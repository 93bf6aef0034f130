/**
 * The bundle that `scripts/write_bundle.mjs` writes, where it is there and as new as its sources: it starts in a third of the
 * time. Plain JavaScript, because it is asked before anything else is loaded.
 */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/**
 * The file that runs a verb (none is `help`), if the bundle has that verb and none of its sources is another or newer.
 * @param {string} root @param {string} [verb] @param {string} [folder]
 * @returns {string | undefined}
 */
export function bundled(root, verb = "help", folder = join(root, "dist")) {
  try {
    const { verbs, sources } = JSON.parse(readFileSync(join(folder, "l2r.json"), "utf8"))
    if (!verbs.includes(verb) && verb !== "help") return undefined
    for (const [file, size, time] of sources) {
      const found = statSync(join(root, file))
      if (found.size !== size || found.mtimeMs > time) return undefined
    }
    return join(folder, "l2r.mjs")
  } catch {
    return undefined
  }
}
