/**
 * Folders of this machine that may hold a revision of a model. Ours have the layout of @huggingface/transformers for a
 * pinned revision, <org>/<name>/<commit>/<file>; which commit a moving name stood for when it was downloaded is kept in
 * <org>/<name>/refs/<revision>, as Python's huggingface_hub keeps it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { isCommit, MAIN } from "./model_id.ts"
import type { Hub } from "./settings.ts"

/** Where a commit's files are downloaded to. */
export const commitFolder = ({ cache }: Pick<Hub, "cache">, id: string, commit: string): string =>
  join(cache, id, commit)

/** In the order in which they count: ours, what @huggingface/transformers has put there itself, Python's. */
export const cachedFolders = ({ cache, pythonCache }: Hub, id: string, revision: string): readonly string[] => {
  const python = join(pythonCache, `models--${id.replace("/", "--")}`)
  const commitIn = (repository: string) => (isCommit(revision) ? revision : refIn(repository, revision))
  const own = commitIn(join(cache, id))
  const pythons = commitIn(python)
  return [
    ...(own ? [commitFolder({ cache }, id, own)] : []),
    revision === MAIN ? join(cache, id) : join(cache, id, revision),
    ...(pythons ? [join(python, "snapshots", pythons)] : []),
  ]
}

const refIn = (repository: string, revision: string): string | undefined => {
  const file = join(repository, "refs", revision)
  const said = existsSync(file) ? readFileSync(file, "utf8").trim() : ""
  return isCommit(said) ? said : undefined
}

/** Keeps which commit a moving name stands for. */
export const keepRef = ({ cache }: Pick<Hub, "cache">, id: string, revision: string, commit: string): void => {
  if (isCommit(revision)) return
  const file = join(cache, id, "refs", revision)
  const temporary = `${file}.${process.pid}.incomplete`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(temporary, commit)
  renameSync(temporary, file)
}
