/** `l2r check SPEC`: every problem of a spec at once. Loads the language alone, unless the spec says `use`. */
import {
  type Diagnostic,
  diagnose,
  isFlag,
  render,
  summary,
  type Texts,
  toGithub,
  toJson,
  toSarif,
} from "../../dsl/index.ts"
import { checkSource, readSource, type Said, type Source, SourceError } from "../source.ts"
import { print } from "./output.ts"
import { saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"
import type { Contents } from "./watch.ts"

const FORMATS = ["text", "json", "sarif", "github"] as const
type Format = (typeof FORMATS)[number]

export default {
  summary: summaries.check,
  usage:
    "check SPEC [--format text|json|sarif|github] [--watch] [--data] [--set PATH=VALUE] [--only NAME] [--skip NAME]",
  words: [1, 1],
  prints: true,
  flags: {
    format: {
      type: "string",
      default: "text",
      what: "text for people, json for programs, sarif for code scanners, github for workflows",
    },
    watch: { type: "boolean", what: "check again whenever a file of the spec changes" },
    data: { type: "boolean", what: "read the data too: tasks, labels and numbers of examples are checked" },
    ...saidFlags,
  },
  run: async ([file], { format, watch, data, ...flags }) => {
    const chosen = FORMATS.find((each) => each === format)
    if (!chosen) throw new UsageError(`--format is ${FORMATS.join(", ")}, not ${format}`)
    const said = { ...saidIn(flags), data: data === true }
    return watch ? watched(file, chosen, said) : (await checked(file, chosen, said)).code
  },
} satisfies Verb

interface Outcome {
  readonly code: number
  /** What was read, and what could not be. */
  readonly contents: Contents
}

const checked = async (file: string, format: Format, said: Said): Promise<Outcome> => {
  const source = readable(file, format)
  if ("diagnostics" in source) {
    print(await printed(file, source.diagnostics, { [file]: "" }, format))
    return { code: 1, contents: { [file]: undefined } }
  }
  const { diagnostics, spec, texts, absent } = await checkSource(source, said)
  print(await printed(file, diagnostics, texts, format))
  const contents = Object.entries(texts).filter(([name]) => !isFlag(name))
  return { code: spec ? 0 : 1, contents: Object.fromEntries([...contents, ...absent.map((name) => [name, undefined])]) }
}

/** What people read on standard error, programs read where they read the rest. Throws SourceError. */
const readable = (file: string, format: Format): Source | { readonly diagnostics: readonly Diagnostic[] } => {
  try {
    return readSource(file)
  } catch (error) {
    if (!(error instanceof SourceError) || format === "text") throw error
    const { message: reason, help } = error
    return { diagnostics: [diagnose("L2R0219", { file, start: 0, end: 0 }, { reason, help })] }
  }
}

const printed = async (file: string, diagnostics: readonly Diagnostic[], texts: Texts, format: Format) => {
  const shown = diagnostics.filter(({ severity }) => severity !== "hint")
  switch (format) {
    case "json":
      return `${JSON.stringify(toJson(diagnostics, texts), null, 2)}\n`
    case "sarif": {
      const { version } = await import("../run/version.ts")
      return `${JSON.stringify(toSarif(diagnostics, texts, version), null, 2)}\n`
    }
    case "github":
      return toGithub(shown, texts)
    case "text": {
      const color = shown.length > 0 && process.stdout.isTTY === true && !process.env.NO_COLOR
      const text = render(shown, texts, { color })
      return `${text}${text ? "\n" : ""}${file}: ${summary(shown)}\n`
    }
  }
}

/** Checks now and after every change, until it is stopped; a file that can't be read for a moment is waited for. */
const watched = async (file: string, format: Format, said: Said): Promise<never> => {
  const { changed } = await import("./watch.ts")
  for (;;) {
    let contents: Contents = { [file]: undefined }
    try {
      contents = (await checked(file, format, said)).contents
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      print(`${error.message}\n`)
    }
    await changed(contents)
  }
}
