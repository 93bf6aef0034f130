/** Names of models of the hub, and of their revisions. */
import { DataError } from "../data.ts"

/** Whether a location may name a model of the hub: `org/name`, which no path with a leading ./ or / does. */
export const isModelId = (location: string): boolean =>
  /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/.test(location) &&
  !/\.\.|--|[.-](\/|$)|\.(git|ipynb|onnx|safetensors)$/.test(location)

/** What `revision` is where nobody says it: the branch whose newest commit counts. */
export const MAIN = "main"

/** Whether a revision is a commit, which never moves. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision)

/** A branch, a tag, `refs/pr/1` or a commit. Throws DataError where it is no name of one. */
export const checkRevision = (revision: string): void => {
  if (/^[\w][\w./-]*$/.test(revision) && !/\.\.|\/\/|\/$|\.lock$/.test(revision)) return
  throw new DataError(
    `${JSON.stringify(revision)} is no name of a revision`,
    "`revision` is a commit (40 hexadecimal digits), a tag or a branch of the model's repository",
  )
}
