/** Flags that the two scripts of this folder share. */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import type { AdapterName } from "./rows.ts"
import { isAdapter, type Reference } from "./runs.ts"
import type { Caps } from "./streams.ts"

export interface Settings extends Reference {
  readonly streams: readonly string[]
  readonly adapters: readonly AdapterName[]
  readonly seeds: readonly number[]
  /** Streams without the bounds that train one module for all tasks. */
  readonly withoutJoint: readonly string[]
  readonly caps: Caps
  readonly epochs: number
  readonly fitEpochs: number
  readonly cache: string
  readonly workers: readonly string[]
  /** Where the table goes. */
  readonly table?: string
  /** A sentence about this run that goes into the table's page. */
  readonly note?: string
  readonly repeat: number
  /** Keep what the reference prints beside the script, and take it from there. */
  readonly recorded: boolean
}

const USAGE = `flags
  --python PROGRAM     a Python with torch and transformers
  --reference FOLDER   holds ref.py
  --model FOLDER       all-MiniLM-L6-v2
  --streams LIST       "wordnet", or folders of JSON Lines; wordnet by default
  --adapters LIST      lora, bottleneck; lora by default
  --seeds LIST         1,2,3 by default
  --without-joint LIST streams without multi_task and sequential, which take a third of the reference's time
  --cap N --cap-test N texts a task; all by default
  --epochs N --fit-epochs N   passes over a task and over the memory; 3 and 20
  --cache FOLDER       streams, finished runs and the store; .l2r/reference by default
  --workers N          steps side by side; as many as cores
  --table FILE         where the Markdown table goes
  --note TEXT          a sentence about this run for its page
  --recorded           take and keep the reference's output beside the script
  --repeat N           runs of each program (end_to_end); 1`

/** Undefined, with a line that says why, where the reference is not on this machine. */
export const settings = (args: readonly string[]): Settings | undefined => {
  const text = { type: "string" } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      python: text,
      reference: text,
      model: text,
      streams: text,
      adapters: text,
      seeds: text,
      "without-joint": text,
      cap: text,
      "cap-test": text,
      epochs: text,
      "fit-epochs": text,
      cache: text,
      workers: text,
      table: text,
      note: text,
      repeat: text,
      recorded: { type: "boolean" },
      help: { type: "boolean" },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return undefined
  }
  const { python, reference, model } = values
  const script = reference === undefined ? undefined : join(resolve(reference), "ref.py")
  const lacking = !python
    ? "--python"
    : !script || !existsSync(script)
      ? "--reference with ref.py"
      : !model || !existsSync(model)
        ? "--model"
        : undefined
  if (lacking) {
    console.log(`skipped: no ${lacking}\n${USAGE}`)
    return undefined
  }
  const list = (given: string | undefined, otherwise: string) =>
    (given ?? otherwise).split(",").map((one) => one.trim())
  const adapters = list(values.adapters, "lora")
  const odd = adapters.find((name) => !isAdapter(name))
  if (odd !== undefined) throw new Error(`--adapters are lora and bottleneck, not ${odd}`)
  const whole = (given: string | undefined, otherwise: number) => {
    const number = Number(given ?? otherwise)
    if (!Number.isInteger(number) || number < 0) throw new Error(`${given} is not a whole number`)
    return number
  }
  return {
    python: python as string,
    script: script as string,
    model: resolve(model as string),
    streams: list(values.streams, "wordnet"),
    adapters: adapters.filter(isAdapter),
    seeds: list(values.seeds, "1,2,3").map((seed) => whole(seed, 1)),
    withoutJoint: list(values["without-joint"], ""),
    caps: { train: whole(values.cap, 0), test: whole(values["cap-test"], 0) },
    epochs: whole(values.epochs, 3),
    fitEpochs: whole(values["fit-epochs"], 20),
    cache: resolve(values.cache ?? join(".l2r", "reference")),
    workers: values.workers === undefined ? [] : ["--workers", String(whole(values.workers, 1))],
    ...(values.table === undefined ? {} : { table: resolve(values.table) }),
    ...(values.note === undefined ? {} : { note: values.note }),
    repeat: whole(values.repeat, 1),
    recorded: values.recorded === true,
  }
}
