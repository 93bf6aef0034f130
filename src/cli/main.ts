/** `l2r VERB ...`: finds the verb's file, reads its flags, and turns expected problems into messages. */
import { parseArgs } from "node:util"
import { known } from "./known.ts"
import { beforeStream } from "./output.ts"
import { summaries } from "./summaries.ts"
import { watchOver } from "./unanswered.ts"
import { UsageError, type Verb } from "./verb.ts"
import { verbs } from "./verbs.ts"

const say = (text: string): void => {
  heedReaders()
  process.stderr.write(`${text}\n`)
}

const main = async ([name, ...rest]: readonly string[]): Promise<number> => {
  if (name === "help" && rest.length > 0) return helpFor(await verbOf(rest[0]))
  if (name === undefined || name === "help" || name === "--help" || name === "-h")
    return overview(name === undefined ? 2 : 0)
  if (name === "--version" || name === "-v") {
    heedReaders()
    process.stdout.write(`${(await import("../run/version.ts")).version}\n`)
    return 0
  }
  const verb = await verbOf(name)
  const until = rest.indexOf("--")
  if (rest.slice(0, until < 0 ? rest.length : until).some((word) => word === "--help" || word === "-h"))
    return helpFor(verb)
  const { values, positionals } = flagsOf(verb, rest)
  const [least, most] = verb.words
  if (positionals.length < least || positionals.length > most)
    throw new UsageError(
      `${positionals.length < least ? "something is missing" : `"${positionals[most]}" is one word too many`}\nusage: l2r ${verb.usage}`,
    )
  if (!verb.prints) heedReaders()
  return verb.run(positionals, values as never)
}

const verbOf = async (name: string): Promise<Verb> => {
  if (!Object.hasOwn(verbs, name))
    throw new UsageError(`${known("verb", name, Object.keys(verbs))}; \`l2r help\` says what they do`)
  return (await verbs[name]()).default
}

/** A value that begins with "-" is one where it is a number, or where it is written --flag=value. */
const flagsOf = ({ flags, usage }: Verb, args: readonly string[]) => {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { what: _, names: __, ...option }]) => [name, option]),
  )
  const { tokens, ...parsed } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const refuse = (what: string): never => {
    throw new UsageError(`${what}\nusage: l2r ${usage}`)
  }
  for (const token of tokens) {
    if (token.kind !== "option") continue
    const { name, value, inlineValue } = token
    if (!Object.hasOwn(options, name)) refuse(known("flag", name, Object.keys(flags), "--"))
    if (options[name].type === "boolean" && value !== undefined) refuse(`--${name} takes no value`)
    if (options[name].type === "boolean") continue
    if (value === undefined) refuse(`--${name} needs a value`)
    if (value === "") refuse(`--${name} is empty: it needs a value`)
    if (!inlineValue && /^-(?!\d)./.test(value as string))
      refuse(`--${name} needs a value; one that begins with "-" is written --${name}=${value}`)
  }
  return parsed
}

const overview = (code: number): number => {
  heedReaders()
  const lines = ["l2r: experiments in continual learning with adapters", ""]
  for (const [name, summary] of Object.entries(summaries)) lines.push(`  l2r ${name.padEnd(12)}${summary}`)
  process.stdout.write(`${lines.join("\n")}\n\n  l2r VERB --help shows a verb's flags\n`)
  return code
}

const helpFor = ({ summary, usage, flags }: Verb): number => {
  heedReaders()
  const lines = Object.entries(flags).map(
    ([name, { what, type, default: standard }]) =>
      `  --${`${name}${type === "string" ? " VALUE" : ""}`.padEnd(22)}${what}${typeof standard === "string" && !what.includes(standard) ? `; ${standard} by default` : ""}`,
  )
  process.stdout.write([`usage: l2r ${usage}`, "", summary, ...(lines.length > 0 ? ["", ...lines] : []), ""].join("\n"))
  return 0
}

/** Expected problems carry a help line, or are the system's refusal of a file; of anything else the place is told. */
const explain = async (error: unknown): Promise<number> => {
  if (error instanceof UsageError) {
    say(`l2r: ${error.message}`)
    return 2
  }
  const { code, path, help } = (error ?? {}) as { code?: string; path?: string; help?: string }
  const refused = help === undefined && code !== undefined && path !== undefined
  const { message, help: remedy } = (await import("../run/explanation.ts")).explained(
    refused
      ? Object.assign(error as Error, { help: `check the name, the permissions and the space on the disk of ${path}` })
      : error,
  )
  say(`error: ${message}\n  help: ${remedy}`)
  return 1
}

/** Once. A reader that closes the pipe early (`l2r plan | head`) is no problem of ours. */
let heeded = false
const heedReaders = (): void => {
  if (heeded) return
  heeded = true
  process.stdout.on("error", (error: { code?: string }) => {
    answered(error.code === "EPIPE" ? 0 : 1)
    process.exit()
  })
  // Nor is one who no longer looks at the progress: the run goes on.
  process.stderr.on("error", () => {})
}
beforeStream(heedReaders)

const [name = "l2r"] = process.argv.slice(2)
const answered = watchOver(name, explain)
main(process.argv.slice(2)).catch(explain).then(answered)
