/** The flags of a benchmark. `--help` shows what the head of its file says; a flag that is none is told without a stack trace. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type ParseArgsConfig, parseArgs } from "node:util"

type Options = NonNullable<ParseArgsConfig["options"]>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"]

/** Ends the process where it is asked for help or misunderstood. `file`: the program's `import.meta.url`. */
export const flagsOf = <const O extends Options>(options: O, file: string): Values<O> => {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h" } } })
    if (!(values as { readonly help?: boolean }).help) return values as Values<O>
    process.stdout.write(headOf(file))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n  help: --help says which flags there are\n`)
    process.exit(2)
  }
  process.exit()
}

/** The comment that a file begins with. */
const headOf = (file: string): string => {
  const [, comment] = /^\/\*\*\n([\s\S]*?) \*\//.exec(readFileSync(fileURLToPath(file), "utf8")) as RegExpExecArray
  return comment.replaceAll(/^ \* ?/gm, "")
}
