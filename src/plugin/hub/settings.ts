/** Where the hub is, who asks, and where its files are kept: by the variables that Hugging Face's own tools read. */
import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { DataError } from "../data.ts"

export interface Hub {
  /** HF_ENDPOINT, without a slash at its end. */
  readonly endpoint: string
  /** HF_TOKEN, or what `hf auth login` has left in a file. Sent to the endpoint alone, never to where it redirects. */
  readonly token?: string
  /** HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE: nothing is asked of the network. */
  readonly offline: boolean
  /** Folder in the layout of @huggingface/transformers: <org>/<name>/<revision>/<file>. */
  readonly cache: string
  /** Folder of Python's huggingface_hub: models--<org>--<name>/snapshots/<commit>/<file>. Only read. */
  readonly pythonCache: string
  /** HF_HUB_DOWNLOAD_TIMEOUT: milliseconds without a byte after which a connection counts as lost. */
  readonly patience: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Throws DataError where a variable holds what it can't hold. */
export const hubIn = (env: Environment = process.env): Hub => {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface")
  const token = tokenIn(env, home)
  return {
    endpoint: endpointIn(env),
    ...(token ? { token } : {}),
    offline: isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE),
    cache: env.L2R_HUB_CACHE || join(home, "transformers.js"),
    pythonCache: env.HF_HUB_CACHE || join(home, "hub"),
    patience: secondsIn(env, "HF_HUB_DOWNLOAD_TIMEOUT", 30) * 1000,
  }
}

const isOn = (value = ""): boolean => /^(1|on|yes|true)$/i.test(value)

const endpointIn = ({ HF_ENDPOINT: said = "" }: Environment): string => {
  if (said === "") return "https://huggingface.co"
  if (/^https?:$/.test(URL.parse(said)?.protocol ?? "")) return said.replace(/\/+$/, "")
  throw new DataError(`HF_ENDPOINT is ${JSON.stringify(said)}, which is no address`, "write it as https://HOST")
}

/** The token itself is never part of a message. */
const tokenIn = (env: Environment, home: string): string | undefined => {
  const file = env.HF_TOKEN_PATH || join(home, "token")
  const token = (env.HF_TOKEN ?? (existsSync(file) ? readFileSync(file, "utf8") : "")).trim()
  if (/^[\x21-\x7e]*$/.test(token)) return token || undefined
  throw new DataError(
    `${env.HF_TOKEN === undefined ? file : "HF_TOKEN"} holds no token: there are spaces or letters in it that none has`,
    "a token is one word that begins with hf_",
  )
}

const secondsIn = (env: Environment, name: string, otherwise: number): number => {
  const seconds = Number(env[name] || otherwise)
  if (seconds > 0) return seconds
  throw new DataError(`${name} is ${JSON.stringify(env[name])}`, "it holds a number of seconds above 0")
}
