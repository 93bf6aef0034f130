/** Explanations of 02: the file as a whole, its language, its plugins. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

export const file: Pages = {
  L2R0201: {
    title: "written in a newer language",
    text: "The first line of a file says in which version of the language it is written. This l2r does not know a version that is newer than itself, and does not guess what it may mean.",
    wrong: "language 99",
    right: "language 1",
  },
  L2R0202: {
    title: "the file does not say its language",
    text: "A file without the line is read as `language 1`. With it, a later l2r knows how to read the file, and can carry it over to a newer version. This is a hint and not an error.",
    wrong: "memory few = random { per_class: 5 }",
    right: "language 1\nmemory few = random { per_class: 5 }",
  },
  L2R0203: {
    title: "the language is said twice",
    text: "A file has one language, and one line that says it. The second one is the one to remove, most likely left over when two files were joined.",
    wrong: "language 1\nlanguage 1",
    right: "language 1",
  },
  L2R0207: {
    title: "a plugin without a name to use it by",
    text: "What a `use` line brings is called by an alias: `mine.nearest_class`. Without `as`, the alias is the last part of the path without its ending, if that is a name; where it is not, say one with `as`.",
    wrong: 'use "./1st.ts"',
    right: 'use "./1st.ts" as first',
  },
  L2R0208: {
    title: "a plugin that can't be used",
    text: `The file or package of a \`use\` line could not be loaded, or exports no plugin; the message has the reason. Paths begin with \`./\` and are seen from the folder of the spec; anything else is the name of a package, looked for in \`node_modules\` beside the spec and above.

A plugin file ends with \`export default defineRouter({ ... })\`, or the define function of its kind. \`l2r init --template router\` writes one that works.`,
    wrong: 'use "./absent.ts" as absent',
    right: 'use "./nearest_class.ts" as mine',
  },
  L2R0209: {
    title: "a plugin that was not loaded",
    text: "Where a spec is checked without access to files, as on a web page, plugins of `use` lines are unknown, and so are their options. `l2r check` and `l2r run` load them. This is a hint and not an error.",
    wrong: 'use "./unknown.ts" as unknown',
    right: 'use "./nearest_class.ts" as mine',
  },
  L2R0210: {
    title: "a language is a whole number",
    text: "Versions of the language are counted: 1, 2, 3. There are none in between, so a file says one of them.",
    wrong: "language 1.5",
    right: "language 1",
  },
  L2R0211: {
    title: "the language does not stand first",
    text: "How a file is to be read must be known before it is read, so `language` stands above everything but comments.",
    wrong: "memory few = random\nlanguage 1",
    right: "language 1\nmemory few = random",
  },
  L2R0212: {
    title: "nothing to run",
    text: "A spec declares what experiments and studies are made of, and then these. Without one, it is a file for others to import, or it is not finished yet. This is a warning and not an error.",
    wrong: "memory few = random",
    right: trial("routers: learnt"),
    given: true,
  },
  L2R0213: {
    title: "a file that can't be imported",
    text: "The path of an `import` line starts from the folder of the file in which it stands, whatever the folder in which l2r is called. There is no such file, it can't be read, or its name does not end in `.l2r`: what may be anything is neither read nor shown. Problems within an imported file are shown at their places in that file.",
    wrong: { spec: 'import "./comon.l2r"', files: { "common.l2r": "language 1\nmemory few = random" } },
    right: { spec: 'import "./common.l2r"', files: { "common.l2r": "language 1\nmemory few = random" } },
  },
  L2R0214: {
    title: "files that import each other",
    text: "Of two files that import each other, neither can be read before the other. Move what both need into a third file, which both import.",
    wrong: {
      spec: 'import "./tasks.l2r"',
      files: { "tasks.l2r": 'language 1\nimport "./common.l2r"', "common.l2r": 'language 1\nimport "./tasks.l2r"' },
    },
    right: {
      spec: 'import "./tasks.l2r"',
      files: { "tasks.l2r": 'language 1\nimport "./common.l2r"', "common.l2r": "language 1\nmemory few = random" },
    },
  },
  L2R0215: {
    title: "imported twice",
    text: "One line brings all names of a file, so a second one for the same file has no effect. This is a warning and not an error.",
    wrong: {
      spec: 'import "./common.l2r"\nimport "./common.l2r"',
      files: { "common.l2r": "language 1\nmemory few = random" },
    },
    right: { spec: 'import "./common.l2r"', files: { "common.l2r": "language 1\nmemory few = random" } },
  },
  L2R0216: {
    title: "too many files",
    text: "Hundreds of files for one spec are no spec that anyone reads. A folder that links to itself, or files that a program has written, are the usual cause.",
    wrong: {
      spec: 'import "./0.l2r"',
      files: Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [`${i}.l2r`, `language 1\nimport "./${i + 1}.l2r"`]),
      ),
    },
    right: { spec: 'import "./common.l2r"', files: { "common.l2r": "language 1\nmemory few = random" } },
  },
  L2R0219: {
    title: "a file that can't be read",
    text: "The file that the command names is not there, is a folder, may not be read, or is not written in UTF-8; the message says which. `l2r check` says it under this code to programs: with `--format json`, `sarif` or `github`.",
    wrong: "",
    right: "language 1",
  },
  L2R0217: {
    title: "written in an older language",
    text: "The file was written for an earlier version of the language, in which something was said another way. `l2r fix` rewrites it, with its comments and empty lines, and shows what it changes.",
    wrong: "language 1",
    right: "language 1",
  },
  L2R0218: {
    title: "an import without a name",
    text: 'What `import` brings are declarations, and they keep their names. An alias belongs to `use`, which brings the plugins of a file: `use "./router.ts" as mine`.',
    wrong: {
      spec: 'import "./common.l2r" as common',
      files: { "common.l2r": "language 1\nmemory few = random" },
    },
    right: { spec: 'import "./common.l2r"', files: { "common.l2r": "language 1\nmemory few = random" } },
  },
}
