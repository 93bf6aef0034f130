/** `l2r completion SHELL`: verbs, flags and their words for the shell's completion, made from the verbs themselves. */
import type { Vocabulary } from "../../dsl/index.ts"
import { BOUND_KINDS } from "../../dsl/kinds.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { commandsOf, scripts } from "./completion_scripts.ts"
import { known } from "./known.ts"
import { loadedVerbs } from "./loaded_verbs.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

/** What `--only` and `--skip` may name besides what the spec declares. */
const rows = BOUND_KINDS.flatMap((kind) => Object.keys((shipped as unknown as Vocabulary).kinds[kind]))

export default {
  summary: summaries.completion,
  usage: "completion bash|zsh|fish",
  words: [1, 1],
  flags: {},
  run: async ([shell]) => {
    if (!Object.hasOwn(scripts, shell)) throw new UsageError(known("shell", shell, Object.keys(scripts)))
    process.stdout.write(scripts[shell](commandsOf(await loadedVerbs(), rows)))
    return 0
  },
} satisfies Verb
