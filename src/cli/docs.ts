/** `l2r docs`: the reference manual as Markdown and as one HTML page that needs no network. */
import { join } from "node:path"
import type { Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { makeFolder, writeWhole } from "../run/store/write.ts"
import { version } from "../run/version.ts"
import { loadedVerbs } from "./loaded_verbs.ts"
import { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

export default {
  summary: summaries.docs,
  usage: "docs [--out DIR]",
  words: [0, 0],
  flags: { out: { type: "string", default: "l2r-docs", what: "folder to write manual.md and manual.html to" } },
  run: async (_, { out }) => {
    const [{ manual }, { html }] = await Promise.all([import("./manual/markdown.ts"), import("./manual/html.ts")])
    const markdown = manual({ vocabulary: shipped as unknown as Vocabulary, verbs: await loadedVerbs(), version })
    const files = { "manual.md": markdown, "manual.html": html(markdown, `l2r ${version}: reference manual`) }
    makeFolder(String(out))
    for (const [name, content] of Object.entries(files)) {
      writeWhole(join(String(out), name), new TextEncoder().encode(content))
      process.stdout.write(`${join(String(out), name)} written\n`)
    }
    return 0
  },
} satisfies Verb
