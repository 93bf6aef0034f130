/** Peers that npm brings into a folder for temporary files, once: they are no dependencies of l2r. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The folder that holds the packages in these versions, or nothing where they can't be had. */
export const npmPeers = (packages: Readonly<Record<string, string>>): string | undefined => {
  const named = Object.entries(packages).map(([name, version]) => `${name.replace(/^@.*\//, "")}-${version}`)
  const folder = join(tmpdir(), `l2r-peers-${named.join("-")}`)
  const there = () => Object.keys(packages).every((name) => existsSync(join(folder, "node_modules", name)))
  if (there()) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: packages }))
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  spawnSync(npm, ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdio: "ignore" })
  return there() ? folder : undefined
}
