/** A run whose two module steps compute for minutes with onnxruntime: something to stop. */
import { spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { RunEvent } from "../../src/run/events.ts"
import { journalled } from "../../src/run/journal.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const spec = (lines: string) => `language 1

${lines}
backbone encoder = bert "tiny_bert" { max_tokens: 30 }
data words = jsonl "data"
stream both { tasks: words[long, short] }
adapter low_rank = lora { rank: 2, targets: [query] }
train patient { epochs: 500, batch: 200 }
experiment long { on: encoder, stream: both, adapters: low_rank, train: patient, bounds: [oracle], seeds: 1 }
`

/** Examples of each task: the steps of the long one take some 40 times as long. */
const sizes = { long: 200, short: 2 }

export interface Place {
  readonly folder: string
  readonly store: string
  readonly journal: string
}

/** A folder with the spec, its data and its backbone; `lines` and `files` are added to them. */
export const placed = async (use: (place: Place) => Promise<void>, lines = "", files: Readonly<Record<string, string>> = {}): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-long-"))
  try {
    cpSync(here("../golden/tiny_bert"), join(folder, "tiny_bert"), { recursive: true })
    for (const [task, size] of Object.entries(sizes)) {
      mkdirSync(join(folder, "data", task), { recursive: true })
      const texts = Array.from({ length: size }, (_, i) => JSON.stringify({ text: `${i % 2 === 0 ? "sun" : "rain"} `.repeat(28), label: i % 2 === 0 ? "dry" : "wet" }))
      for (const split of ["train", "test"]) writeFileSync(join(folder, "data", task, `${split}.jsonl`), `${texts.join("\n")}\n`)
    }
    for (const [name, content] of Object.entries({ "spec.l2r": spec(lines), ...files })) writeFileSync(join(folder, name), content)
    await use({ folder, store: join(folder, "store"), journal: join(folder, "events.jsonl") })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

export interface Run {
  readonly signal: (signal: "SIGINT" | "SIGTERM") => void
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly said: string }>
  /** Resolves with the first events that are as wanted. */
  readonly until: (wanted: (events: readonly RunEvent[]) => boolean) => Promise<readonly RunEvent[]>
}

/** `l2r run` in a process of its own, on the runtime of the test. */
export const start = ({ folder, store, journal }: Place): Run => {
  const { bun, deno } = process.versions as Record<string, string | undefined>
  const flags = deno ? ["run", "-A", "--no-lock", "--no-check"] : bun ? [] : ["--disable-warning=ExperimentalWarning"]
  rmSync(journal, { force: true })
  const args = [...flags, here("../../src/cli/main.ts"), "run", "spec.l2r", "--workers", "2", "--store", store, "--events", journal]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text
    })
  let over = false
  const ended = new Promise<Awaited<Run["ended"]>>((resolve) => {
    child.on("close", (code, signal) => {
      over = true
      resolve({ code, signal, said })
    })
  })
  const until: Run["until"] = async (wanted) => {
    for (;;) {
      const events = existsSync(journal) ? journalled(readFileSync(journal, "utf8")) : []
      if (wanted(events)) return events
      if (over) throw new Error(`the run ended before it was where the test wants it:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  // Deno would report what `child.kill` sent as the end of the child, whatever its end is.
  return { signal: (signal) => void process.kill(child.pid as number, signal), ended, until }
}

/** True once both modules train. */
export const bothTrain = (events: readonly RunEvent[]): boolean =>
  new Set(events.flatMap((event) => (event.type === "progress" && /^epoch/.test(event.note ?? "") ? [event.key] : []))).size === 2
