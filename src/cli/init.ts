/** `l2r init`: a spec or a plugin to begin with, which checks and runs as it is. Overwrites nothing. */
import { existsSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { makeFolder, writeWhole } from "../run/store/write.ts"
import { SourceError } from "../source.ts"
import { known } from "./known.ts"
import { summaries } from "./summaries.ts"
import { filesOf, templates } from "./templates.ts"
import { UsageError, type Verb } from "./verb.ts"

/** The exit code that shells give to Ctrl-C. */
const LEFT = 130

const names = Object.keys(templates)

export default {
  summary: summaries.init,
  usage: `init [DIR] [--template ${names.join("|")}] [--yes]`,
  words: [0, 1],
  flags: {
    template: { type: "string", what: `${names.join(", ")}; spec by default` },
    yes: { type: "boolean", what: "ask nothing, even at a terminal" },
  },
  run: async ([folder], { template, yes }) => {
    if (folder?.trim() === "") throw new UsageError("the name of the folder is empty")
    const given = { folder, template: template === undefined ? undefined : templateNamed(String(template)) }
    const asks = !yes && process.stdin.isTTY === true && process.stdout.isTTY === true
    const chosen = asks
      ? await (await import("./init_questions.ts")).asked(given, process.stdin, process.stdout)
      : { folder: folder ?? ".", template: given.template ?? "spec" }
    if (!chosen) {
      process.stdout.write("\n")
      return LEFT
    }
    const written = write(chosen.folder, chosen.template)
    const spec = join(chosen.folder, "spec.l2r")
    process.stdout.write(
      [
        ...written.map((path) => `${path} written`),
        "",
        ...(needsLink(resolve(chosen.folder), written) ? [`npm install ${linked}`] : []),
        `l2r check ${spec}`,
        `l2r run ${spec}`,
        "",
      ].join("\n"),
    )
    return 0
  },
} satisfies Verb

/** Throws UsageError. */
const templateNamed = (name: string): string => {
  if (Object.hasOwn(templates, name)) return name
  throw new UsageError(known("template", name, names))
}

/** Throws SourceError, before it writes, where a file is in the way. */
const write = (folder: string, template: string): readonly string[] => {
  const files = filesOf(templates[template])
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new SourceError(`${folder} is a file, not a folder`, "name another folder: l2r init DIR")
  const paths = Object.keys(files).map((path) => join(folder, path))
  const standing = paths.filter((path) => existsSync(path))
  if (standing.length > 0)
    throw new SourceError(
      `${standing.join(", ")} ${standing.length === 1 ? "is" : "are"} there already, and nothing was written`,
      "name another folder: l2r init DIR",
    )
  for (const [path, content] of Object.entries(files)) {
    makeFolder(resolve(dirname(join(folder, path))))
    writeWhole(join(folder, path), content)
  }
  return paths
}

/** Where this l2r lies. */
const linked = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "")

/** Whether a plugin was written where `l2r/plugin` is not found. */
const needsLink = (folder: string, written: readonly string[]): boolean => {
  if (!written.some((path) => path.endsWith(".ts"))) return false
  try {
    createRequire(join(folder, "here.js")).resolve("l2r/plugin")
    return false
  } catch {
    return true
  }
}
