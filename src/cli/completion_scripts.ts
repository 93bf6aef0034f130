/** Completion scripts for shells. */
import type { Verb } from "./verb.ts"

export interface Command {
  readonly name: string
  readonly summary: string
  readonly flags: readonly Flag[]
  /** Words that stand after the verb, by their place: `bash`, `zsh`, `fish`; none where files do. */
  readonly words: readonly (readonly string[])[]
}

export interface Flag {
  readonly name: string
  readonly what: string
  readonly takesValue: boolean
  /** The words that it takes; none where anything may stand. */
  readonly values: readonly string[]
  /** It takes names that the spec declares, too. */
  readonly names: boolean
}

/** The words of flags and of the place after a verb are read from its usage: `[--format text|json]`, `bash|zsh|fish`; `rows` may be named in every spec. */
export const commandsOf = (verbs: Readonly<Record<string, Verb>>, rows: readonly string[]): readonly Command[] =>
  Object.entries(verbs).map(([name, { summary, usage, flags, proposes }]) => ({
    name,
    summary,
    flags: Object.entries(flags).map(([flag, { type, what, names = false }]) => ({
      name: flag,
      what,
      takesValue: type === "string",
      values: names ? rows : type === "string" ? choices(new RegExp(`--${flag} ([a-z0-9_|]+)`).exec(usage)?.[1]) : [],
      names,
    })),
    words: proposes ?? [choices(new RegExp(`^${name} ([a-z0-9_|]+)`).exec(usage)?.[1])].filter((one) => one.length > 0),
  }))

const choices = (written: string | undefined): readonly string[] => written?.split("|") ?? []

/** A verb's `--help` is a flag of each. */
const flagsOf = ({ flags }: Command): readonly Flag[] => [
  ...flags,
  { name: "help", what: "show the flags of the verb", takesValue: false, values: [], names: false },
]
/** The names that a file of a spec declares, one a line. */
const NAMES =
  "sed -nE 's/^(experiment|adapter|library|router|strategy|probe)[[:space:]]+([A-Za-z_][A-Za-z0-9_]*).*/\\2/p'"
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const bash = (commands: readonly Command[]): string => {
  const cases = commands.map((command) => {
    const values = command.flags
      .filter((flag) => flag.values.length > 0)
      .map(
        ({ name, values, names }) =>
          `        --${name}) words="${values.join(" ")}${names ? " $(_l2r_names)" : ""}" ;;\n`,
      )
    const files = command.flags.filter((flag) => flag.takesValue && flag.values.length === 0)
    const anything = files.length > 0 ? `        ${files.map((flag) => `--${flag.name}`).join("|")}) files=1 ;;\n` : ""
    const flags = flagsOf(command).map((flag) => `--${flag.name}`)
    const words = command.words.map((some, at) => `            ${at + 2}) words="${some.join(" ")}" ;;\n`)
    return `    ${command.name})
      case "$before" in
${values.join("")}${anything}        *)
          if [[ "$word" == -* ]]; then words="${flags.join(" ")}"
          else case $COMP_CWORD in
${words.join("")}            *) files=${command.words.length > 0 ? "" : 1} ;;
          esac; fi ;;
      esac ;;
`
  })
  return `# bash completion of l2r: eval "$(l2r completion bash)"
_l2r_names() {
  local each
  for each in "\${COMP_WORDS[@]}"; do
    if [[ "$each" == *.l2r && -f "$each" ]]; then ${NAMES} "$each"; fi
  done
}
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
  const argument = ({ name, what, takesValue, values, names }: Flag): string => {
    const about = what.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:")
    const action = !takesValue
      ? ""
      : names
        ? `:name:{compadd -- ${values.join(" ")} $(_l2r_names $words)}`
        : values.length > 0
          ? `:value:(${values.join(" ")})`
          : ":value:_files"
    return `        ${quoted(`--${name}[${about}]${action}`)}`
  }
  const cases = commands.map((command) => {
    const rest =
      command.words.length > 0
        ? command.words.map((words, at) => `'${at + 1}:word:(${words.join(" ")})'`).join(" ")
        : "'*:file:_files'"
    return `    ${command.name})
      _arguments \\
${flagsOf(command)
  .map((flag) => `${argument(flag)} \\\n`)
  .join("")}        ${rest} ;;
`
  })
  return `#compdef l2r
# zsh completion of l2r: eval "$(l2r completion zsh)", after compinit
_l2r_names() {
  local each
  for each in "$@"; do
    if [[ "$each" == *.l2r && -f "$each" ]]; then ${NAMES} "$each"; fi
  done
}
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
      ...flagsOf(command).map(({ name, what, takesValue, values, names }) => {
        const declared = names ? " (__l2r_names)" : ""
        const value = !takesValue ? "" : values.length > 0 ? ` -x -a '${values.join(" ")}${declared}'` : " -r"
        return `${within} -l ${name}${value} -d ${quoted(what)}`
      }),
      ...(command.words.length > 0 ? [`${within} -f -a '${[...new Set(command.words.flat())].join(" ")}'`] : []),
    ]
  })
  return `# fish completion of l2r: l2r completion fish | source
function __l2r_names
    for each in (commandline -opc)
        if string match -q '*.l2r' -- $each; and test -f $each
            ${NAMES} $each
        end
    end
end
${lines.join("\n")}\n`
}

export const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish }
