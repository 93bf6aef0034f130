/** `l2r completion SHELL`: verbs, flags and their words for the shell's completion, made from the verbs themselves. */
import { commandsOf, scripts } from "./completion_scripts.ts"
import { known } from "./known.ts"
import { UsageError, type Verb } from "./verb.ts"
import { verbs } from "./verbs.ts"

export default {
  summary: "print a completion script for a shell",
  usage: "completion bash|zsh|fish",
  words: [1, 1],
  flags: {},
  run: async ([shell]) => {
    if (!Object.hasOwn(scripts, shell)) throw new UsageError(known("shell", shell, Object.keys(scripts)))
    const loaded = await Promise.all(
      Object.entries(verbs).map(async ([name, load]) => [name, (await load()).default] as const),
    )
    process.stdout.write(scripts[shell](commandsOf(Object.fromEntries(loaded))))
    return 0
  },
} satisfies Verb
