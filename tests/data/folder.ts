/** Folders for a test, removed when it ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** Makes a folder with these files, runs the body, and removes it whatever happens. */
export const withFiles = async <A>(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (folder: string) => A | Promise<A>,
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-data-"))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    return await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
