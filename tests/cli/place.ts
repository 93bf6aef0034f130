/** A folder with a spec, its data and a small backbone, and runs of `l2r run` in it as processes of their own. */
import { spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { RunEvent } from "../../src/run/events.ts"
import { journalled } from "../../src/run/journal.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export interface Place {
  readonly folder: string
  readonly store: string
  readonly out: string
  readonly journal: string
}

export interface Content {
  readonly spec: string
  /** Examples of each task for jsonl "data": text and label. */
  readonly tasks: Readonly<Record<string, readonly (readonly [text: string, label: string])[]>>
  readonly files?: Readonly<Record<string, string>>
  /** Folders that are copied, by their names there: paths from here. */
  readonly folders?: Readonly<Record<string, string>>
}

/** A folder that is there as long as `use` needs it. */
export const placed = async <A>(
  { spec, tasks, files = {}, folders = {} }: Content,
  use: (place: Place) => Promise<A>,
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-place-"))
  try {
    for (const [name, from] of Object.entries({ tiny_bert: "../golden/tiny_bert", ...folders }))
      cpSync(here(from), join(folder, name), { recursive: true })
    const put = (name: string, content: string): void => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    for (const [name, content] of Object.entries({ "spec.l2r": spec, ...files })) put(name, content)
    for (const [task, examples] of Object.entries(tasks)) {
      const lines = examples.map(([text, label]) => JSON.stringify({ text, label }))
      for (const split of ["train", "test"]) put(`data/${task}/${split}.jsonl`, `${lines.join("\n")}\n`)
    }
    return await use(placeIn(folder, "run"))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Store, report and journal of a run of their own in the same folder. */
export const placeIn = (folder: string, name: string, store = join(folder, `${name}-store`)): Place => ({
  folder,
  store,
  out: join(folder, `${name}-report`),
  journal: join(folder, `${name}.jsonl`),
})

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly said: string
  readonly events: readonly RunEvent[]
}

export interface Run {
  readonly signal: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => void
  /** Closes the other end of its standard error. */
  readonly lookAway: () => void
  readonly ended: Promise<Ended>
  /** Resolves with the first events that are as wanted. */
  readonly until: (wanted: (events: readonly RunEvent[]) => boolean) => Promise<readonly RunEvent[]>
}

/** `l2r run` on the runtime of the test, with two workers. */
export const start = ({ folder, store, out, journal }: Place, more: readonly string[] = []): Run => {
  const { bun, deno } = process.versions as Record<string, string | undefined>
  const flags = deno ? ["run", "-A", "--no-lock", "--no-check"] : bun ? [] : ["--disable-warning=ExperimentalWarning"]
  rmSync(journal, { force: true })
  const args = [
    ...flags,
    here("../../src/cli/main.ts"),
    "run",
    "spec.l2r",
    "--workers",
    "2",
    "--store",
    store,
    "--out",
    out,
    "--events",
    journal,
    ...more,
  ]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text
    })
  const events = () => (existsSync(journal) ? journalled(readFileSync(journal, "utf8")) : [])
  let over = false
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      over = true
      resolve({ code, signal, said, events: events() })
    })
  })
  const until: Run["until"] = async (wanted) => {
    for (;;) {
      const seen = events()
      if (wanted(seen)) return seen
      if (over) throw new Error(`the run ended before it was where the test wants it:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  // Deno would report what `child.kill` sent as the end of the child, whatever its end is.
  return {
    signal: (signal) => void process.kill(child.pid as number, signal),
    lookAway: () => void child.stderr.destroy(),
    ended,
    until,
  }
}
