/** Explanations of 03: names, and what they stand for. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

export const names: Pages = {
  L2R0301: {
    title: "declared twice",
    text: "All declarations of a file and the aliases of its `use` lines share one set of names, whatever their kind, so that a name means one thing wherever it stands. The message shows the first declaration too.",
    wrong: "memory few = random { per_class: 5 }\nadapter few = lora",
    right: "memory few = random { per_class: 5 }\nadapter small = lora",
  },
  L2R0302: {
    title: "the name of a plugin",
    text: "A declaration may not bear the name of a plugin of its kind: `router arrow = l2r` would make every later `arrow` a riddle. Only a declaration of that very plugin may share its name, as in `router arrow = arrow { top_k: 4 }`.",
    wrong: "router arrow = base_model",
    right: "router arrow = arrow { top_k: 4 }",
  },
  L2R0303: {
    title: "a declaration without its plugin",
    text: "Backbones, data, memories, adapters, routers, strategies, probes and backends are made by plugins, so their declarations say which: `adapter low_rank = lora { ... }`. Streams, libraries, trains, pretrainings, studies and experiments are the language's own and need none. `l2r plugins` lists what there is.",
    wrong: "adapter low_rank { rank: 8 }",
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0304: {
    title: "a name that nothing bears",
    text: "Neither a plugin nor a declaration of the kind that belongs here has this name. Upper and lower case are different. If a name is near, the message proposes it; else it lists those that there are.",
    wrong: "adapter low_rank = lroa",
    right: "adapter low_rank = lora",
  },
  L2R0305: {
    title: "a declaration of another kind",
    text: "The name is declared, but as something that does not belong here: a memory where a router is asked for, or an adapter on the right side of a router. The message shows where it is declared.",
    wrong: trial("routers: few"),
    right: trial("routers: learnt"),
    given: true,
  },
  L2R0306: {
    title: "a circle of declarations",
    text: "A declaration can extend another one of its kind, whose plugin and options it takes over. If these extend each other in a circle, none of them says which plugin it is. Let one of them name a plugin. Nor can a stack of adapters have itself as a part.",
    wrong: "router first = second\nrouter second = first",
    right: "router first = second\nrouter second = uniform",
  },
  L2R0307: {
    title: "a plugin or a declaration?",
    text: "A declaration shares the name of its plugin, and another one names it on its right side: that may mean the plugin with its defaults or the declaration with its options. Give the declaration a name of its own.",
    wrong: "router arrow = arrow { top_k: 4 }\nrouter wide = arrow { top_k: 8 }",
    right: "router narrow_arrow = arrow { top_k: 4 }\nrouter wide = arrow { top_k: 8 }",
  },
  L2R0308: {
    title: "an alias that no line brings",
    text: "In `mine.router`, `mine` is the alias of a `use` line. No line of this file has it: the line is missing, or the alias is spelt another way there. Each file has its own aliases.",
    wrong: "router own = mine.router",
    right: 'use "./nearest_class.ts" as mine\nrouter own = mine.router',
  },
  L2R0309: {
    title: "a plugin file without this plugin",
    text: "The plugin that is loaded under this alias has no plugin of the kind with this name. `l2r plugins --use FILE` lists what a file has. `mine.router` stands for the router of `mine` if it has only one, whatever its name.",
    wrong: 'use "./nearest_class.ts" as mine\nrouter own = mine.nearest',
    right: 'use "./nearest_class.ts" as mine\nrouter own = mine.nearest_class',
  },
  L2R0310: {
    title: "a plugin where a declaration belongs",
    text: "Here stands the name of a declaration, and this is a plugin. Declare it, with the options that it shall have; a block without options may be left out. Only `bounds` takes plugins by their own names, because bounds rarely need options.",
    wrong: trial("routers: arrow"),
    right: `router spectral = arrow\n${trial("routers: spectral")}`,
    given: true,
  },
  L2R0311: {
    title: "a text that does not belong here",
    text: 'A backbone and a data source say where they are found: `bert "gloss-mini"`, `jsonl "data/banking77"`. Other kinds are not found anywhere, so no text follows their plugin; what they need to know are options.',
    wrong: 'adapter low_rank = lora "weights"',
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0312: {
    title: "a plugin that must be told where",
    text: "This plugin reads files, and has no place of its own for them. Say where they are, in a text behind its name; paths are seen from the folder of the spec.",
    wrong: "backbone encoder = bert",
    right: 'backbone encoder = bert "gloss-mini"',
  },
  L2R0313: {
    title: "a kind without plugins",
    text: "Streams, libraries, trains, pretrainings, studies and experiments are the language's own: no plugin makes them. On the right of `=` may stand another declaration of the kind, whose options are taken over.",
    wrong: 'use "./nearest_class.ts" as mine\ntrain brief = mine.router',
    right: "train brief { epochs: 3 }\ntrain long = brief { epochs: 30 }",
  },
  L2R0314: {
    title: "declared in a file that is not imported",
    text: "A file sees its own declarations, those of the files that it imports, and what these import in turn. Another file of the spec may declare the name all the same: import it where the name is used.",
    wrong: {
      spec: 'import "./routers.l2r"\nmemory few = random { per_class: 5 }',
      files: { "routers.l2r": "language 1\nrouter learnt = l2r { memory: few }" },
    },
    right: {
      spec: 'import "./routers.l2r"',
      files: {
        "routers.l2r": 'language 1\nimport "./memories.l2r"\nrouter learnt = l2r { memory: few }',
        "memories.l2r": "language 1\nmemory few = random { per_class: 5 }",
      },
    },
  },
  L2R0315: {
    title: "declared in an imported file already",
    text: "The names of imported files are names of this file too, so that a name means one thing in the whole spec. Rename one of the two.",
    wrong: {
      spec: 'import "./common.l2r"\nmemory few = random { per_class: 9 }',
      files: { "common.l2r": "language 1\nmemory few = random" },
    },
    right: {
      spec: 'import "./common.l2r"\nmemory more = few { per_class: 9 }',
      files: { "common.l2r": "language 1\nmemory few = random" },
    },
  },
  L2R0316: {
    title: "a plugin of two kinds among bounds",
    text: "Bounds are routers, strategies and probes, and may be named without a declaration. Plugins of two of these kinds have this name, so that a declaration must say which is meant: the router `sapt` learns its attention over modules that were trained before, the strategy `sapt` trains both together.",
    wrong: trial("bounds: sapt"),
    right: `strategy joint = sapt { memory: few }\n${trial("bounds: joint")}`,
    given: true,
  },
}
