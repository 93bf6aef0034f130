/** `l2r completion SHELL`: verbs, flags and their words for the shell's completion, made from the verbs themselves. */
import { commandsOf, scripts } from "./completion_scripts.ts"
import { known } from "./known.ts"
import { loadedVerbs } from "./loaded_verbs.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.completion,
  usage: "completion bash|zsh|fish",
  words: [1, 1],
  flags: {},
  run: async ([shell]) => {
    if (!Object.hasOwn(scripts, shell)) throw new UsageError(known("shell", shell, Object.keys(scripts)))
    process.stdout.write(scripts[shell](commandsOf(await loadedVerbs())))
    return 0
  },
} satisfies Verb
