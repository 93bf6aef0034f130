/** Runs the two programs as whole processes and reads what they print: accuracies by row, in percent. */
import { spawnSync } from "node:child_process"
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Results, Row } from "../../../src/learning/results.ts"
import { type AdapterName, rowKey } from "./rows.ts"
import type { Experiment } from "./spec.ts"

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url))
const { bun, deno, node } = process.versions
const onRuntime = deno === undefined ? [] : ["run", "-A"]

/** The runtime that runs this, and so ours. */
export const runtime = deno ? `Deno ${deno}` : bun ? `Bun ${bun}` : `Node ${node}`

/** Final accuracies of a row; what a program does not print is absent. */
export interface Scores {
  readonly classIncremental?: number
  readonly taskIncremental?: number
  /** Share of test texts whose own task's module was chosen, mean over tasks. */
  readonly task?: number
}

export interface Finished {
  readonly rows: ReadonlyMap<string, Scores>
  /** Wall clock of the whole process. */
  readonly seconds: number
}

export interface Reference {
  readonly python: string
  readonly script: string
  readonly model: string
}

/** `keep`: a file that holds the output of a finished run, and is read instead of running again. */
export const runReference = (
  { python, script, model }: Reference,
  { data, adapter, seed, epochs, fitEpochs, joint = true }: Experiment,
  keep?: string,
): Finished => {
  if (keep && existsSync(keep)) return readReference(readFileSync(keep, "utf8"))
  const given = [
    "--model",
    model,
    "--data",
    data,
    "--seed",
    seed,
    "--adapter",
    adapter,
    "--epochs",
    epochs,
    "--router_epochs",
    fitEpochs,
    ...(joint ? [] : ["--skip_joint"]),
  ]
  // Lines go to a file as they come, so that a long run can be watched and a broken one leaves what it had.
  const part = `${keep ?? join(tmpdir(), `reference-${process.pid}`)}.part`
  const seconds = whole(python, [script, ...given.map(String)], part)
  appendFileSync(part, `${JSON.stringify({ event: "process", seconds })}\n`)
  const finished = readReference(readFileSync(part, "utf8"))
  if (keep) renameSync(part, keep)
  else rmSync(part)
  return finished
}

/** JSON lines of the reference: {router, setup, acc} or {router, CIL, TIL}, percent. */
export const readReference = (text: string): Finished => {
  const rows = new Map<string, Scores>()
  let seconds = Number.NaN
  for (const line of text.split("\n").filter((one) => one.startsWith("{"))) {
    const found = JSON.parse(line)
    if (found.event === "process") seconds = found.seconds
    if (found.router === undefined) continue
    const task = found.router_acc === undefined ? {} : { task: found.router_acc }
    rows.set(
      found.router,
      found.setup === undefined
        ? { classIncremental: found.CIL, taskIncremental: found.TIL }
        : found.setup === "TIL"
          ? { taskIncremental: found.acc }
          : { classIncremental: found.acc, ...task },
    )
  }
  return { rows, seconds }
}

/** Writes which examples the reference remembers, and gives the file: both programs then rest on the same memory. */
export const drawnMemory = (python: string, data: string, seed: number, folder: string): string => {
  const file = join(folder, `memory-${basename(data)}-${seed}.json`)
  whole(python, [fileURLToPath(new URL("./memory.py", import.meta.url)), data, String(seed), String(PER_CLASS)], file)
  return file
}

/** Examples of each class that the reference remembers, by default. */
const PER_CLASS = 5

/** The experiment's seed in one run, evaluated after the last task only. */
export const runOurs = (spec: string, folder: string, store: string, more: readonly string[] = []): Finished => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, "spec.l2r")
  writeFileSync(file, spec)
  const seconds = whole(process.execPath, [
    ...onRuntime,
    main,
    "run",
    file,
    "--store",
    store,
    "--out",
    folder,
    "--final-stage",
    ...more,
  ])
  return { rows: readOurs(JSON.parse(readFileSync(join(folder, "results.json"), "utf8"))), seconds }
}

export const readOurs = ({ cells: [cell] }: Pick<Results, "cells">): ReadonlyMap<string, Scores> => {
  const rows = new Map<string, Scores>()
  for (const row of cell.rows) {
    if (row.notDefined !== undefined) continue
    const last = (matrix: Row["matrix"]["classIncremental"]) => mean((matrix.at(-1) ?? []).map(Number))
    const { classIncremental, taskIncremental } = row.matrix
    const chosen = row.stages.at(-1)!.predictions
    const right = cell.tasks.map((_, t) => {
      const own = chosen.example.flatMap((example, i) =>
        cell.examples[example].task === t ? [chosen.chosen[i] === t ? 100 : 0] : [],
      )
      return mean(own)
    })
    rows.set(rowKey({ row: row.name, head: row.head }), {
      classIncremental: last(classIncremental),
      taskIncremental: last(taskIncremental),
      ...(row.how === "selects" ? { task: mean(right) } : {}),
    })
  }
  return rows
}

export const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** Runs a program to its end, its output into a file or nowhere; its errors are shown. Seconds of wall clock; throws where it fails. */
const whole = (program: string, args: readonly string[], output?: string): number => {
  const file = output === undefined ? undefined : openSync(output, "w")
  const started = performance.now()
  const { status, signal, error } = spawnSync(program, args, { stdio: ["ignore", file ?? "ignore", "inherit"] })
  const seconds = (performance.now() - started) / 1000
  if (file !== undefined) closeSync(file)
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status ?? signal}`)
  return seconds
}

export const isAdapter = (name: string): name is AdapterName => name === "lora" || name === "bottleneck"
