/** Completion scripts for shells. */
import type { Verb } from "./verb.ts"

export interface Command {
  readonly name: string
  readonly summary: string
  readonly flags: readonly Flag[]
  /** Words that stand after the verb: `bash`, `zsh`, `fish`; none where files do. */
  readonly words: readonly string[]
}

export interface Flag {
  readonly name: string
  readonly what: string
  readonly takesValue: boolean
  /** The words that it takes; none where anything may stand. */
  readonly values: readonly string[]
}

/** The words of flags and of the place after a verb are read from its usage: `[--format text|json]`, `bash|zsh|fish`. */
export const commandsOf = (verbs: Readonly<Record<string, Verb>>): readonly Command[] =>
  Object.entries(verbs).map(([name, { summary, usage, flags }]) => ({
    name,
    summary,
    flags: Object.entries(flags).map(([flag, { type, what }]) => ({
      name: flag,
      what,
      takesValue: type === "string",
      values: type === "string" ? choices(new RegExp(`--${flag} ([a-z0-9_|]+)`).exec(usage)?.[1]) : [],
    })),
    words: choices(new RegExp(`^${name} ([a-z0-9_|]+)`).exec(usage)?.[1]),
  }))

const choices = (written: string | undefined): readonly string[] => written?.split("|") ?? []

/** A verb's `--help` is a flag of each. */
const flagsOf = ({ flags }: Command): readonly Flag[] => [
  ...flags,
  { name: "help", what: "show the flags of the verb", takesValue: false, values: [] },
]
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const bash = (commands: readonly Command[]): string => {
  const cases = commands.map((command) => {
    const values = command.flags
      .filter((flag) => flag.values.length > 0)
      .map((flag) => `        --${flag.name}) words="${flag.values.join(" ")}" ;;\n`)
    const files = command.flags.filter((flag) => flag.takesValue && flag.values.length === 0)
    const anything = files.length > 0 ? `        ${files.map((flag) => `--${flag.name}`).join("|")}) files=1 ;;\n` : ""
    const flags = flagsOf(command).map((flag) => `--${flag.name}`)
    return `    ${command.name})
      case "$before" in
${values.join("")}${anything}        *)
          if [[ "$word" == -* ]]; then words="${flags.join(" ")}"
          else words="${command.words.join(" ")}"; files=${command.words.length > 0 ? "" : 1}; fi ;;
      esac ;;
`
  })
  return `# bash completion of l2r: eval "$(l2r completion bash)"
_l2r() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words="" files=""
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), "help"].join(" ")}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    help) words="${commands.map(({ name }) => name).join(" ")}" ;;
${cases.join("")}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ -n "$files" ]]; then COMPREPLY+=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _l2r l2r
`
}

const zsh = (commands: readonly Command[]): string => {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`)
  const argument = ({ name, what, takesValue, values }: Flag): string => {
    const about = what.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:")
    const action = !takesValue ? "" : values.length > 0 ? `:value:(${values.join(" ")})` : ":value:_files"
    return `        ${quoted(`--${name}[${about}]${action}`)}`
  }
  const cases = commands.map((command) => {
    const rest = command.words.length > 0 ? `'*:word:(${command.words.join(" ")})'` : "'*:file:_files'"
    return `    ${command.name})
      _arguments \\
${flagsOf(command)
  .map((flag) => `${argument(flag)} \\\n`)
  .join("")}        ${rest} ;;
`
  })
  return `#compdef l2r
# zsh completion of l2r: eval "$(l2r completion zsh)", after compinit
_l2r() {
  local -a verbs
  verbs=(
${described.join("\n")}
    'help:show the verbs or the flags of one'
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  local verb="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$verb" in
    help) _describe 'verb' verbs ;;
${cases.join("")}  esac
}
compdef _l2r l2r
`
}

const fish = (commands: readonly Command[]): string => {
  const lines = commands.flatMap((command) => {
    const within = `complete -c l2r -n '__fish_seen_subcommand_from ${command.name}'`
    return [
      `complete -c l2r -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
      ...flagsOf(command).map(({ name, what, takesValue, values }) => {
        const value = !takesValue ? "" : values.length > 0 ? ` -x -a '${values.join(" ")}'` : " -r"
        return `${within} -l ${name}${value} -d ${quoted(what)}`
      }),
      ...(command.words.length > 0 ? [`${within} -f -a '${command.words.join(" ")}'`] : []),
    ]
  })
  return `# fish completion of l2r: l2r completion fish | source\n${lines.join("\n")}\n`
}

export const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish }
