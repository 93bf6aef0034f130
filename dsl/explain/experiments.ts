/** Explanations of 05: streams, libraries, rows and comparisons. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

/** A whole spec on two tasks with few examples; each class has eight to train on. */
const small = (memory: string, declared: string, compare = ""): string => `backbone small_encoder = bert "gloss-mini"
data reviews = jsonl "reviews"
stream both { tasks: reviews[books, films], scenario: domain_incremental }
${declared.replace("few", `${memory}_reviews`)}
adapter small_lora = lora
train once { epochs: 1 }
router guided = l2r { memory: ${memory}_reviews }
experiment reviewed {
  on:       small_encoder
  stream:   both
  adapters: small_lora
  train:    once
  routers:  guided
  bounds:   uniform
  ${compare.replace("learnt", "guided")}
}`

/** 06: what only the plan can find. */
export const plan: Pages = {
  L2R0600: {
    title: "what only the plan could find",
    text: "The file is sound, and what it names does not go together: the data has not the tasks that a stream lists, a checkpoint is another network than the declaration says, a module of elsewhere does not fit its backbone. `l2r plan` and `l2r run` read data and checkpoints and tell it, at its place in the spec; the message is that of the part that found it. `l2r check --data` finds what is about data.",
    wrong: "",
    right: "language 1",
  },
}

export const experiments: Pages = {
  L2R0501: {
    title: "data without this task",
    text: "A data source has tasks by name: the folders of `jsonl`, the topics of `wordnet`. This name is none of them. A name that is no word, such as `20-news`, is written as a text.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses[living, thinks] }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses[living, things] }",
  },
  L2R0502: {
    title: "a task that comes twice",
    text: "Each task of a stream arrives once, and brings its module: two modules of one task would be trained alike, and the table would have no name for the second.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses[living, mind, living] }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses[living, mind] }",
  },
  L2R0503: {
    title: "a library that lacks an adapter",
    text: "A library says for each task which adapter is trained for it, so it needs an entry for every task of the stream on which it is used.",
    wrong: `library mixed { living: low_rank, things: narrow }\n${trial("routers: learnt", "mixed")}`,
    right: `library mixed { living: low_rank, things: narrow, mind: narrow }\n${trial("routers: learnt", "mixed")}`,
    given: true,
  },
  L2R0504: {
    title: "a library entry without an effect",
    text: "The library has an entry for something that is no task of the stream. It changes nothing, and may be a misspelt name. One library can be used on several streams, so this is a warning and not an error.",
    wrong: `library mixed { living: low_rank, things: narrow, mind: narrow, deeds: narrow }\n${trial("routers: learnt", "mixed")}`,
    right: `library mixed { living: low_rank, things: narrow, mind: narrow }\n${trial("routers: learnt", "mixed")}`,
    given: true,
  },
  L2R0505: {
    title: "listed twice",
    text: "Each entry of a list is run once, and has its row or its column. The same one again would only stand there twice.",
    wrong: trial("routers: [learnt, learnt]"),
    right: trial("routers: [learnt, nearest]"),
    given: true,
  },
  L2R0506: {
    title: "an experiment without rows",
    text: "The routers, compositions and bounds of an experiment are its rows, and it needs one. Bounds can be named without a declaration: `bounds: [uniform, oracle]`.",
    wrong: trial("seeds: 1"),
    right: trial("routers: learnt, bounds: [uniform, oracle]"),
    given: true,
  },
  L2R0507: {
    title: "not a row of this experiment",
    text: "A comparison names rows, which are the routers, compositions and bounds that this experiment lists. The name is declared elsewhere, misspelt, or not listed.",
    wrong: trial("routers: learnt, compare learnt against nearest on accuracy"),
    right: trial("routers: [learnt, nearest], compare learnt against nearest on accuracy"),
    given: true,
  },
  L2R0508: {
    title: "compared with itself",
    text: "The difference of a row to itself is zero, and no test is needed to say so. Two heads of one router are different rows: `compare learnt.kept against learnt.refit on accuracy`.",
    wrong: trial("routers: learnt, compare learnt against learnt on accuracy"),
    right: trial("routers: learnt, compare learnt.kept against learnt.refit on accuracy"),
    given: true,
  },
  L2R0509: {
    title: "a head that the row does not have",
    text: "A router stands in the table once with the heads as the tasks left them (`kept`) and once with heads that were trained further on the memory (`refit`), unless its option `head` says which. Strategies and probes have no such choice, nor have routers that select one module for a text (`oracle`): its head is kept. Where texts are answered in words there are no heads.",
    wrong: `router fixed = l2r { memory: few, head: kept }\n${trial("routers: [fixed, nearest], compare fixed.refit against nearest on accuracy")}`,
    right: `router fixed = l2r { memory: few, head: kept }\n${trial("routers: [fixed, nearest], compare fixed.kept against nearest on accuracy")}`,
    given: true,
  },
  L2R0510: {
    title: "a router that can't serve one of the adapters",
    text: 'Arrow reads the two low-rank factors of each module and finds in them the direction that the module answers to. A bottleneck is not linear and has no such factors, so on it the row says "not defined". It does have its numbers on the other adapters, so this is a warning and not an error. The same is said of compositions that read such factors (`svd`, `concatenation`), of `fisher` on groups, and of routers that go on from stage to stage on groups, and of strategies whose modules must be of a kind: O-LoRA\'s low-rank, those of Progressive Prompts tokens.',
    wrong: `router spectral = arrow\n${trial("routers: [learnt, spectral]", "[low_rank, narrow]")}`,
    right: `router spectral = arrow\n${trial("routers: [learnt, spectral]", "low_rank")}`,
    given: true,
  },
  L2R0511: {
    title: "a router that can serve none of the adapters",
    text: "Such a router reads low-rank factors, and no adapter of the experiment has any, so its row would be empty. Take it out, or add an adapter that has them.\n\nOr it goes on from stage to stage (`schedule: after_each_task_warm`, SAPT, MoCL), and all that it is to weigh are groups: these are made anew at each stage, and what the router learnt of the last ones says nothing of them.\n\nOr it is a composition that reads the Fisher information of each module on its one task (`fisher`), and groups have several tasks.\n\nOr it is a strategy that asks of its modules what none of the adapters gives: `o_lora` low rank, `progressive_prompts` and `l2p` tokens (`prompt`, `prefix`), `dual_prompt` and `coda_prompt` keys and values (`prefix`), `inc_lora` that they change what leaves a layer.",
    wrong: `router spectral = arrow\n${trial("routers: [learnt, spectral]", "narrow")}`,
    right: `router spectral = arrow\n${trial("routers: [learnt, spectral]", "[narrow, low_rank]")}`,
    given: true,
  },
  L2R0512: {
    title: "a row without a memory",
    text: "This row is fitted on past examples, or its heads are, or it sees them again. Where a file declares one memory, that is the one; where it declares none or several, the row says which.",
    wrong: `memory many = random { per_class: 50 }\nrouter unsure = l2r\n${trial("routers: unsure")}`,
    right: `memory many = random { per_class: 50 }\nrouter sure = l2r { memory: many }\n${trial("routers: sure")}`,
    given: true,
  },
  L2R0513: {
    title: "an order that lacks tasks",
    text: "An order is a list of all tasks of the stream, each once. To leave a task out, make a stream without it.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses[living, things, mind], orders: [[mind, living]] }",
    right:
      "data glosses = wordnet\nstream topics { tasks: glosses[living, things, mind], orders: [[mind, living, things]] }",
  },
  L2R0514: {
    title: "more shuffled orders than there are",
    text: "`shuffled(3)` are three orders, drawn without repetition and different from `written` and `reversed`. Few tasks have few orders: three have six, of which four are left.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses[living, things, mind], orders: shuffled(5) }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses[living, things, mind], orders: shuffled(4) }",
  },
  L2R0516: {
    title: "a task that the stream does not have",
    text: "An order lists tasks of its stream, and the options of some compositions name tasks of the stream that they are used on (`weights` of `addition`, `task` of `negation`). This name is none of them.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses[living, mind], orders: [[mind, deeds]] }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses[living, mind], orders: [[mind, living]] }",
  },
  L2R0520: {
    title: "a declaration without use",
    text: "Nothing that an experiment needs names this declaration, so it is not run and does not stand in the report. It may be forgotten in a list, or left over. The same is said of a `use` line whose plugins no declaration names. This is a warning and not an error.",
    wrong: `router cool = learnt { temperature: 0.5 }\n${trial("routers: [learnt, nearest]", "[low_rank, narrow]")}`,
    right: `router cool = learnt { temperature: 0.5 }\n${trial("routers: [learnt, cool, nearest]", "[low_rank, narrow]")}`,
    given: true,
  },
  L2R0521: {
    title: "two rows that can't differ",
    text: "Two rows of the experiment, routers, compositions or bounds, are the same plugin with the same options, defaults included, so they will have the same numbers. Two memories that keep the same examples are the same too, and a memory that a row does not read is no difference. This is a warning and not an error.",
    wrong: `router again = l2r { memory: few, temperature: 1 }\n${trial("routers: [learnt, again]")}`,
    right: `router again = l2r { memory: few, temperature: 0.5 }\n${trial("routers: [learnt, again]")}`,
    given: true,
  },
  L2R0522: {
    title: "a memory that holds everything",
    text: "A memory stands for what may be kept of past tasks. This one keeps as many examples as there are, so what is fitted on it has seen all training data, and forgetting is not what is measured. `l2r check --data` looks for this. It is a warning and not an error.",
    wrong: small("few", "memory few = random { per_class: 20 }"),
    right: small("few", "memory few = random { per_class: 2 }"),
  },
  L2R0523: {
    title: "tasks that share labels",
    text: "Under `class_incremental`, the classes of all tasks are told apart, each task's own. Two tasks with a label of the same name give two classes that no text can decide between, and the accuracy falls by what is drawn at random between them. If the tasks have the same classes on other texts, the scenario is `domain_incremental`. `l2r check --data` looks for this. It is a warning and not an error.",
    wrong: small("few", "memory few = random { per_class: 2 }").replace("domain_incremental", "class_incremental"),
    right: small("few", "memory few = random { per_class: 2 }"),
  },
  L2R0524: {
    title: "a comparison that can find little",
    text: "The fewer test examples, the larger a difference must be to be told from chance. With these, only very large ones are found, so that `no difference was found` says nothing. `l2r check --data` looks for this; the report prints the smallest difference that each comparison could have found. It is a warning and not an error.",
    wrong: small("few", "memory few = random { per_class: 2 }", "compare learnt against uniform on accuracy"),
    right: trial("routers: learnt, bounds: uniform, compare learnt against uniform on accuracy"),
    given: true,
  },
  L2R0525: {
    title: "data that can't be read",
    text: "The files of this declaration are not there, or do not hold what its options say, so no run can begin. The reason is the data source's own: a relative path starts from the folder of the spec. `l2r check --data` looks for this, for only then is the data read.",
    wrong: 'data reviews = jsonl "absent"\nstream both { tasks: reviews }',
    right: 'data reviews = jsonl "reviews"\nstream both { tasks: reviews }',
  },
  L2R0526: {
    title: "`mix` where no parameters of low-rank modules are averaged",
    text: "`mix` says what averaging the parameters of low-rank modules means: A and B apart, or their products. A router that sums what modules give averages no parameters, and those of other modules, such as bottlenecks, are averaged as they are. So the option is read by nobody, and two rows that differ in it are the same. This is a warning and not an error.",
    wrong: `router merged = uniform { mix: outer }\n${trial("routers: [learnt, merged]")}`,
    right: `router merged = uniform { aggregate: parameters, mix: outer }\n${trial("routers: [learnt, merged]")}`,
    given: true,
  },
  L2R0527: {
    title: "a router that is told the task, among those that find it",
    text: "This router reads the true task of every test text. Under `task_incremental` every row may; under the other scenarios the task is not known, and that is what routers are compared by. Such a row is a bound: it shows how far finding the task could lead. Tables mark it. This is a warning and not an error.",
    wrong: `router told = polytropon { memory: few }\n${trial("routers: [learnt, told]")}`,
    right: `router told = polytropon { memory: few }\n${trial("routers: learnt, bounds: told")}`,
    given: true,
  },
  L2R0528: {
    title: "a memory that its row does not read",
    text: "This router is fitted on nothing, on the modules' weights, or on all training data, and its heads are those of the modules; or this probe takes its statistics from all training data. So the memory that it names changes nothing of its row. Heads that are refitted do read it: `head: refit`; and so do the statistics of a probe under `statistics: memory`. This is a warning and not an error.",
    wrong: `router zero_shot = arrow { memory: few, head: kept }\n${trial("routers: [learnt, zero_shot]")}`,
    right: `router zero_shot = arrow { head: kept }\n${trial("routers: [learnt, zero_shot]")}`,
    given: true,
  },
  L2R0529: {
    title: "two ways to say the same of low-rank modules",
    text: "With the same gates, sum_i alpha_i (x A_i) B_i is x sum_i alpha_i A_i B_i: averaging the products of low-rank modules (`aggregate: parameters`, `mix: outer`) is averaging what they give (`aggregate: outputs`). The two rows differ in rounding alone. With `mix: factors`, or on bottlenecks, they do differ. This is a warning and not an error.",
    wrong: `router merged = learnt { aggregate: parameters, mix: outer }\n${trial("routers: [learnt, merged]")}`,
    right: `router merged = learnt { aggregate: parameters, mix: factors }\n${trial("routers: [learnt, merged]")}`,
    given: true,
  },
  L2R0536: {
    title: "modules that were not trained apart are grouped or carried over",
    text: "A grouping compares what each module has learnt from its own task, and a transfer carries it to another backbone alone. Under `earlier: summed`, `averaged` or `weighted` a module is trained with those before it at work beside it, and learns what they lack: that two such modules are alike says nothing about their tasks, and one without the others is half of what was learnt.",
    wrong: `grouping clustered = mbc { of: low_rank, clusters: 2 }\ntrain beside = brief { earlier: summed }\n${trial("routers: learnt", "clustered").replace("brief", "beside")}`,
    right: `grouping clustered = mbc { of: low_rank, clusters: 2 }\ntrain apart = brief { earlier: absent, initialisation: shared }\n${trial("routers: learnt", "clustered").replace("brief", "apart")}`,
    given: true,
  },
  L2R0537: {
    title: "tokens of earlier modules beside a text",
    text: "Under `earlier: summed`, `averaged` or `weighted` a module is trained with those before it at work, and what they give at a site is added up. The modules of `prompt` are tokens that join the text: they change no output of a layer, and there is nothing to add.",
    wrong: `adapter soft = prompt\ntrain beside = brief { earlier: summed }\n${trial("routers: learnt", "soft").replace("brief", "beside")}`,
    right: `adapter soft = prompt\ntrain apart = brief { earlier: absent }\n${trial("routers: learnt", "soft").replace("brief", "apart")}`,
    given: true,
  },
  L2R0538: {
    title: "parameters that start from chance",
    text: 'Unless the train says `initialisation: shared`, the module of each task starts from draws of its own, and two modules are apart by these draws before they have learnt anything. A grouping that compares their parameters compares the draws too, and to add the factors of such modules means nothing: the row of the composition says "not defined". The updates of low-rank modules, products of their factors, may be added whatever they started from.',
    wrong: `grouping clustered = mbc { of: low_rank, clusters: 2 }\n${trial("routers: learnt", "clustered")}`,
    right: `grouping clustered = mbc { of: low_rank, clusters: 2 }\ntrain alike = brief { initialisation: shared }\n${trial("routers: learnt", "clustered").replace("brief", "alike")}`,
    given: true,
  },
}
