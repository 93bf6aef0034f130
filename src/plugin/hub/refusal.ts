/** What the hub's refusals mean, and what to do about them. */
import { DataError } from "../data.ts"
import type { Answer } from "./request.ts"
import type { Hub } from "./settings.ts"

/** A model as a spec asks for it. */
export interface Wanted {
  readonly id: string
  readonly revision: string
}

/** `file`: what was asked for, where it was a file. */
export const refusal = ({ status, first }: Answer, { id, revision }: Wanted, hub: Hub, file?: string): DataError => {
  const code = first.get("x-error-code") ?? ""
  const page = `${hub.endpoint}/${id}`
  if (code === "GatedRepo")
    return hub.token
      ? new DataError(
          `the model "${id}" is gated, and the token of HF_TOKEN may not read it`,
          `ask for access on ${page} with the account of the token`,
        )
      : new DataError(
          `the model "${id}" is gated: it is given to accounts that have agreed to its terms`,
          `agree to them on ${page} and put a token of the account into HF_TOKEN`,
        )
  if (code === "RevisionNotFound")
    return new DataError(
      `the model "${id}" has no revision "${revision}"`,
      `its branches, tags and commits are listed on ${page}/commits/main`,
    )
  if (file !== undefined && (status === 404 || code === "EntryNotFound"))
    return new DataError(`the model "${id}" has no file ${file} at revision "${revision}"`, `${page} lists its files`)
  if (status === 401 || status === 403 || status === 404 || code === "RepoNotFound")
    return new DataError(
      `"${id}" is no folder, none of the models that ship with l2r, and no model that ${hub.endpoint} shows ${hub.token ? "to the token of HF_TOKEN" : "without a token"}`,
      hub.token
        ? "check the name, and that the token is valid and may read the model"
        : "check the name; for a private model put a token into HF_TOKEN; a folder beside the spec is written with a leading ./",
    )
  if (status === 429)
    return new DataError(
      `${hub.endpoint} answers that it was asked too often`,
      hub.token ? "wait some minutes" : "wait some minutes, or put a token into HF_TOKEN: accounts may ask more often",
    )
  return new DataError(
    `${hub.endpoint} answers with status ${status} to a question for ${file ?? "the files"} of "${id}"`,
    "try again later; what is downloaded already is kept",
  )
}

/** `why`: what the last try ended with. */
export const unreachable = ({ id }: Wanted, { endpoint, cache }: Hub, why: string): DataError =>
  new DataError(
    `"${id}" is no folder, none of the models that ship with l2r and not in the cache ${cache}, and ${endpoint} cannot be reached: ${why}`,
    "connect to the network, name another hub with HF_ENDPOINT, or give a folder with the model's files: one beside the spec is written with a leading ./",
  )
