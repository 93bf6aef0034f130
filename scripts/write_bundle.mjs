/**
 * Writes `dist/`: the command line and the verbs that need the language alone, each as one file of JavaScript, so that
 * `l2r check` starts at once. `npm run bundle`, and before every pack; `launch.mjs` uses it as long as no source has changed.
 *
 *     node scripts/write_bundle.mjs [FOLDER]        Bun does the work, wherever it is started from
 *
 * What these verbs load later (plugins, the plan, the run) stays where it is and is loaded from there.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { current, find, root } from "../src/cli/runtimes.mjs"

export const verbs = ["check", "fmt", "fix", "explain", "schema", "ast"]

const IMPORTED = /^\s*(?:import|export)\s(?!type\b)[^"';]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm

/** The files that these load at once, with themselves. @param {readonly string[]} files */
export function loadedBy(files) {
  /** @type {Set<string>} */
  const found = new Set()
  const rest = [...files]
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (found.has(file)) continue
    found.add(file)
    if (!file.endsWith(".ts")) continue
    for (const [, from, plain] of readFileSync(file, "utf8").matchAll(IMPORTED))
      rest.push(resolve(dirname(file), from ?? plain))
  }
  return found
}

const posix = (/** @type {string} */ path) => path.split(sep).join("/")
const main = join(root, "src", "cli", "main.ts")
const inside = () =>
  loadedBy([main, ...[...verbs, "rewrite", "watch"].map((name) => join(root, "src", "cli", `${name}.ts`))])

/** @param {string} folder */
async function write(folder) {
  const sources = inside()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { Bun } = /** @type {any} */ (globalThis)
  const { outputs } = await Bun.build({
    entrypoints: [main],
    outdir: folder,
    target: "node",
    splitting: true,
    minify: { whitespace: true, syntax: true, identifiers: false },
    naming: { entry: "l2r.mjs", chunk: "[name]-[hash].mjs" },
    plugins: [
      {
        name: "what is loaded later stays where it is",
        setup: (/** @type {any} */ build) => {
          build.onResolve(
            { filter: /^\.{1,2}\// },
            (/** @type {{ path: string, importer: string }} */ { path, importer }) => {
              const file = resolve(dirname(importer), path)
              if (sources.has(file) || importer.includes(`${sep}node_modules${sep}`)) return undefined
              const place = posix(relative(folder, file))
              return { path: place.startsWith(".") ? place : `./${place}`, external: true }
            },
          )
          // A runtime reads data faster out of a text than as code.
          build.onLoad({ filter: /vocabulary\.json$/ }, (/** @type {{ path: string }} */ { path }) => {
            const data = JSON.stringify(JSON.parse(readFileSync(path, "utf8")))
            return { contents: `export default JSON.parse(${JSON.stringify(data)})`, loader: "js" }
          })
        },
      },
    ],
  })
  const stamps = [...sources].map((file) => {
    const { size, mtimeMs } = statSync(file)
    return [posix(relative(root, file)), size, mtimeMs]
  })
  const made = outputs.reduce((/** @type {number} */ sum, /** @type {{ size: number }} */ { size }) => sum + size, 0)
  // Last, so that a bundle that was cut off is not used.
  writeFileSync(join(folder, "l2r.json"), `${JSON.stringify({ verbs, sources: stamps })}\n`)
  console.log(`${folder}: ${sources.size} sources, ${(made / 1000).toFixed(0)} kB`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(root, "dist"))
  if (current().kind === "bun") await write(folder)
  else {
    const bun = find("bun")
    if (bun === undefined) {
      console.log("Bun was not found, so nothing is bundled; l2r runs from its sources. `npm ci` brings it.")
    } else
      process.exitCode = spawnSync(bun.path, [fileURLToPath(import.meta.url), folder], { stdio: "inherit" }).status ?? 1
  }
}
