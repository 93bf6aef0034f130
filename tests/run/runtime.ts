/** Starts a script in a process of its own, on the runtime that runs the test. */
import { type ChildProcessByStdio, spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"

export const start = (script: URL, ...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> => {
  const flags = "Deno" in globalThis ? ["run", "-A", "--no-check"] : []
  return spawn(process.execPath, [...flags, fileURLToPath(script), ...args], { stdio: ["ignore", "pipe", "pipe"] })
}

/** Calls `heard` with each line, and waits for the end. */
export const lines = (
  child: ReturnType<typeof start>,
  heard: (line: string) => void,
): Promise<{ readonly code: number | null; readonly errors: string }> =>
  new Promise((resolve) => {
    let rest = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n")
      rest = parts.pop() as string
      for (const line of parts) heard(line)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text
    })
    child.on("close", (code) => resolve({ code, errors }))
  })
