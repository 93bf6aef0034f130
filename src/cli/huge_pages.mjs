/**
 * Memory in pages of 2 MB instead of 4 KB, where Linux leaves that to each program: products of large matrices then miss the
 * processor's table of pages far less. glibc asks for such pages if a variable says so when the process starts.
 *
 * Plain JavaScript, since it is read before anything is chosen.
 */
import { readFileSync } from "node:fs"

const VARIABLE = "GLIBC_TUNABLES"
const SETTING = "glibc.malloc.hugetlb"

/** What the environment lacks for it; nothing where it would change nothing. @returns {Record<string, string>} */
export function hugePages() {
  const set = process.env[VARIABLE]
  if (process.platform !== "linux" || set?.includes(SETTING) || !leftToPrograms()) return {}
  return { [VARIABLE]: set ? `${set}:${SETTING}=1` : `${SETTING}=1` }
}

/** Starts this process anew under the same number, if the environment lacks something and the runtime can. */
export function startedWithHugePages() {
  const lacking = hugePages()
  if (Object.keys(lacking).length === 0 || typeof process.execve !== "function" || process.connected) return
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, again, /** @type {Record<string, string>} */ ({ ...process.env, ...lacking }))
}

function leftToPrograms() {
  try {
    return readFileSync("/sys/kernel/mm/transparent_hugepage/enabled", "utf8").includes("[madvise]")
  } catch {
    return false
  }
}
