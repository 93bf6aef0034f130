/** `l2r check --watch` checks again when a file of the spec changes, an imported one too, and survives a file that is away for a moment. */
import { spawn } from "node:child_process"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const flags = process.versions.deno ? ["run", "-A", "--no-check"] : []

test("every change is checked", async () => {
  const place = mkdtempSync(join(tmpdir(), "l2r-watch-"))
  const write = (name: string, text: string) => writeFileSync(join(place, name), text)
  write("spec.l2r", 'language 1\nimport "./shared.l2r"\n')
  write("shared.l2r", "language 1\nadapter a = lora { rank: 8 }\n")
  const child = spawn(process.execPath, [...flags, main, "check", "spec.l2r", "--watch"], { cwd: place })
  let said = ""
  let heard = () => {}
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk
    heard()
  })
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${pattern} is not in ${said}`)), 60_000)
      heard = () => {
        if (!pattern.test(said)) return
        clearTimeout(late)
        said = ""
        resolve()
      }
      heard()
    })
  try {
    await until(/spec\.l2r: 1 warning/)
    write("shared.l2r", "language 1\nadapter a = lora { rnak: 8 }\n")
    await until(/did you mean `rank`[\s\S]*1 error/)
    renameSync(join(place, "spec.l2r"), join(place, "away.l2r"))
    await until(/there is no file spec\.l2r/)
    write("spec.l2r", 'language 1\nimport "./later.l2r"\n')
    await until(/there is no file later\.l2r[\s\S]*1 error/)
    write("later.l2r", "language 1\n")
    await until(/spec\.l2r: 1 warning/)
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await ended
    rmSync(place, { recursive: true, force: true })
  }
})
