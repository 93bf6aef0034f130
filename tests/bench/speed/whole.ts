/** Rows that whole processes are measured for, each by a program of its own. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { plainEnvironment } from "./sides.ts"
import type { Told } from "./told.ts"

export interface Asked {
  readonly model: string
  readonly python?: string
  /** Holds ref.py. */
  readonly reference?: string
  readonly turns: number
}

/** What can be asked for with `--rows`: a name, and the rows that it gives. */
export const wholes: Readonly<Record<string, (asked: Asked) => Promise<readonly Told[]>>> = {
  memory: ({ model, python, turns }) =>
    rowsOf("memory.ts", [
      ...["--json", "--model", model, "--checkpoint", "1", "--turns", String(turns)],
      ...(python ? ["--python", python] : []),
    ]),
  routers: ({ turns }) => rowsOf("routers.ts", ["--json", "--turns", String(turns)]),
  replay: ({ turns }) => rowsOf("replay.ts", ["--json", "--turns", String(turns)]),
  experiment: async (asked) => [await experiment(asked)],
}

const printed = async (file: string, args: readonly string[], env = process.env): Promise<string> => {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"], env })
  let text = ""
  child.stdout.on("data", (piece) => {
    text += piece
  })
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return text
}

const rowsOf = async (file: string, args: readonly string[]): Promise<readonly Told[]> =>
  (await printed(`./${file}`, args))
    .split("\n")
    .filter((line) => line.startsWith('{"row"'))
    .map((line) => (JSON.parse(line) as { readonly row: Told }).row)

const experiment = async ({ model, python, reference, turns }: Asked): Promise<Told> => {
  const row = { name: "Whole experiment, five tasks of WordNet, one seed", peer: "its PyTorch script", goal: 0.4 }
  if (!python || !reference) return { ...row, ours: "", theirs: "not run: give --python and --reference" }
  const args = ["--python", python, "--reference", reference, "--model", model, "--streams", "wordnet"]
  const text = await printed("../reference/end_to_end.ts", [...args, "--repeat", String(turns)], plainEnvironment)
  const runs = [...text.matchAll(/ours ([\d.]+) s, reference ([\d.]+) s/g)].map(([, a, b]) => [Number(a), Number(b)])
  runs.sort(([a, b], [c, d]) => a / b - c / d)
  const [ours, theirs] = runs[runs.length >> 1]
  const others = `turns: ${runs.length}`
  return { ...row, ours: `${ours.toFixed(0)} s`, theirs: `${theirs.toFixed(0)} s`, value: ours / theirs, others }
}
