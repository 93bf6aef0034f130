/** For every code of the catalogue, a spec that brings it about. `around(...)` puts a line into a spec that is sound. */

import { type BrokenRule, type CheckOptions, type DataFacts, type Diagnostic, diagnose } from "../../dsl/index.ts"
import { current } from "../../dsl/syntax/dialect.ts"
import { mine } from "./vocabulary.fixture.ts"

/** A spec with what stands beside it: other files, flags, what is known of data. */
export interface Case extends Partial<CheckOptions> {
  /** What is found by another than the check: the verbs, the plan. */
  readonly made?: Diagnostic
  readonly text: string
  /** Files that it may import, by the name that messages show. */
  readonly files?: Readonly<Record<string, string>>
}
export const caseOf = (one: string | Case): Case => (typeof one === "string" ? { text: one } : one)

export const sound = `language 1
backbone encoder = bert "dir"
data intents = jsonl "dir"
stream domains { tasks: intents }
memory few = random { per_class: 5 }
adapter low_rank = lora { rank: 8 }
train fast { }
router learnt = l2r { memory: few }
experiment routing { on: encoder, stream: domains, adapters: low_rank, train: fast, routers: learnt, bounds: [oracle, uniform] }
`
const around = (line: string): string => `${sound}${line}\n`
/** A plugin that has this to say of every declaration. */
const refusing = (...broken: BrokenRule[]): Partial<CheckOptions> => ({ brokenIn: () => broken })
/** An experiment of its own, with these options last. */
const trial = (options: string, before = ""): string =>
  around(`${before}experiment trial { on: encoder, stream: domains, adapters: low_rank, train: fast, ${options} }`)

const listing = (adapter: string, routers = "learnt"): string =>
  `experiment trial { on: encoder, stream: domains, adapters: ${adapter}, train: fast, routers: ${routers} }`
/** A study of the pretraining `a`. */
const studied = (line: string): string => around(`${line}\nstudy s { models: a, test: domains }`)
const ported = around(
  "transfer p = skip { of: low_rank, from: encoder }\nportability porting { transfers: p, on: encoder, stream: domains, train: fast }",
)
/** An experiment on a stream that is answered in words. */
const spoken = (options: string, before = ""): string =>
  around(
    `${before}router r = arrow\nstream s { tasks: intents, head: text }\nexperiment trial { on: encoder, stream: s, adapters: low_rank, train: fast, ${options} }`,
  )
/** An experiment on a stream whose boundaries are unknown. */
const free = (options: string, before = "", more = ""): string =>
  around(
    `${before}stream s { tasks: intents, boundaries: unknown${more} }\nexperiment trial { on: encoder, stream: s, adapters: low_rank, train: fast, ${options} }`,
  )
/** The sound spec in two files. */
const [imported, importing] = [
  sound.replace(/router learnt[\s\S]*$/, ""),
  `language 1\nimport "./common.l2r"\n${/router learnt[\s\S]*$/.exec(sound)![0]}`,
]
/** Three small tasks, the last two with one label in common. */
const facts = (): DataFacts => [
  { name: "t1", train: { yes: 4, no: 6 }, test: 20 },
  { name: "t2", train: { left: 9, right: 5 }, test: 20 },
  { name: "t 3", train: { left: 5, up: 5 }, test: 20 },
]
const advised = (text: string, more: Partial<Case> = {}): Case => ({
  text,
  advice: true,
  factsOf: () => undefined,
  ...more,
})

export const cases: Readonly<Record<string, readonly (string | Case)[]>> = {
  L2R0101: [
    around("adapter a = lora { rank: $8; }"),
    around("router quoted = l2r { head: “kept” }"),
    around("// a comment\n//router old = lora\n/* router */\nrouter quoted = l2r { head: 'kept'; }"),
    `\u0000\u0000${sound}`,
    around("adapter a = lora { dropout: 5 % }"),
  ],
  L2R0102: [around('backbone b = bert "dir {')],
  L2R0103: [around('backbone b = bert "C:\\dir"')],
  L2R0104: [around("adapter a = lora { rank: 8kg }"), around("stream s { tasks: intents[20_news] }")],
  L2R0105: [around("adapter a = lora { alpha: 1e999 }")],
  L2R0106: [
    around("adapter low-rank = lora"),
    around("adapter größe = lora"),
    around("adapter b = lora { größe: 8 }\nadapter a = lora { rank: größe }\nrouter r = größe.router"),
    trial("routers: [learnt, größe.kept], bounds: größe[t1]"),
  ],
  L2R0107: [
    around("adapter a = lora { targets: [query, value\n}"),
    around("adapter a = lora {\n  rank: 8\nadapter b = lora { rnak: 8 }"),
  ],
  L2R0108: [around("adapter a = lora { rank: 8) }"), around("}")],
  L2R0109: [around(`adapter a = lora { rank: ${"[".repeat(70)}${"]".repeat(70)} }`)],
  L2R0110: [
    around("adapter a = lora { rank 8, alpha: }"),
    around("adapter = lora"),
    around("adapter a = lora { rank: 8 9 }"),
    around("use as mine"),
    around("experiment e { compare learnt with uniform on accuracy }"),
    around("adapter a = lora { targets: [query value] }\nstream s { tasks: intents[t1..t3], orders: shuffled(3 4) }"),
    around("adapter a lora\nadapter b lora { rank: 4 }"),
    around("adapter a = lora [ rank: 8 ]\ntrain t [ epochs: 1 ]\ntrain s = fast epochs: 1"),
    around("train t 3"),
    around("adapter a = lora { targets: query, value, rank: 0 }"),
    trial("routers: learnt, nearest"),
    // What other languages write: a range, a sweep, a declaration in the place of its name, a unit, a long number.
    around(
      "adapter a = lora { rank: 4-8 }\nadapter b = lora { rank: sweep 4..8 }\nrouter r = l2r { memory: random { per_class: 5 } }\ntrain t { epochs: 5 epochs }\nmemory m = random { per_class: 1,000 }\nstream s { tasks: intents { t1, t2 } }",
    ),
  ],
  L2R0111: [`{ a: 1 }\n${sound}`],
  L2R0112: [
    around("adaptr a = lora { rnak: 8 }"),
    around("banana x { }"),
    trial("routers: guided", "guided = l2r { memory: few }\n"),
  ],
  L2R0113: [`${sound}${"adapter learnt = lora\n".repeat(201)}`],
  L2R0114: [
    around("adapter a = lora { rank: 4 alpha: 8, dropout: 0\n  bias: true }"),
    around("adapter a = lora { rank: 4 alpha: 8, bias }"),
    trial("routers: learnt compare learnt against oracle on accuracy"),
    { text: sound, set: ["encoder.more={ a: 1 b: 2 }"] },
  ],
  L2R0201: [sound.replace("language 1", "language 2")],
  L2R0202: [sound.replace("language 1\n", "")],
  L2R0203: [around("language 1")],
  L2R0219: [
    {
      text: "",
      made: diagnose(
        "L2R0219",
        { file: "spec.l2r", start: 0, end: 0 },
        { reason: "there is no file spec.l2r", help: "check the name; a spec ends in .l2r" },
      ),
    },
  ],
  L2R0207: [around('use "./1st.ts"')],
  L2R0208: [
    around('use "./broken.ts" as broken'),
    {
      text: around('use "./far.ts" as far'),
      uses: { far: { problem: "there is no such file", help: "check the name" } },
    },
  ],
  L2R0209: [around('use "./other.ts"\nrouter r = other.router { anything: 3 }')],
  L2R0210: [sound.replace("language 1", "language 1.5")],
  L2R0211: [`memory none = random\n${sound}`],
  L2R0212: ["language 1\n", sound.replace(/experiment[^\n]*\n/, "")],
  L2R0213: [
    around('import "./absent.l2r"'),
    around('import ""'),
    { text: around('import "/etc/passwd"'), files: { "/etc/passwd": "what nobody should see" } },
    {
      text: importing,
      files: {
        "common.l2r": imported
          .replace("rank: 8", "rnak: 8")
          .replace("language 1\n", 'language 1\nimport "./lost.l2r"\n'),
      },
    },
  ],
  L2R0214: [
    around('import "./spec.l2r"'),
    {
      text: importing,
      files: {
        "common.l2r": imported.replace("\n", '\nimport "./more/deep.l2r"\n'),
        "more/deep.l2r": 'language 1\nimport "../common.l2r"\n',
      },
    },
  ],
  L2R0215: [{ text: importing.replace("router", 'import "common.l2r"\nrouter'), files: { "common.l2r": imported } }],
  L2R0216: [
    {
      text: importing,
      files: {
        "common.l2r": imported.replace("\n", '\nimport "./1.l2r"\n'),
        ...Object.fromEntries(
          Array.from({ length: 300 }, (_, i) => [`${i}.l2r`, `language 1\nimport "./${i + 1}.l2r"\n`]),
        ),
      },
    },
  ],
  L2R0217: [{ text: sound, dialect: { ...current, version: 2 } }],
  L2R0218: [{ text: importing.replace('.l2r"', '.l2r" as common'), files: { "common.l2r": imported } }],
  L2R0301: [around("memory few = random"), around('use "./x.ts" as low_rank')],
  L2R0302: [around("router arrow = l2r { memory: few }")],
  L2R0303: [around("adapter a { rank: 8 }")],
  L2R0304: [
    studied("pretraining a { family: moduleformr, texts: domains, train: fast }"),
    around("adapter a = lorra { rank: 8 }"),
    around("router r = l2r { memory: fw }"),
    around("router r = lora { rank: 8 }\nadapter a = mbc { of: low_rank }"),
    trial("routers: learnt, bounds: [orcale]"),
    around("library x = mbc { of: low_rank, clusters: 2 }"),
  ],
  L2R0305: [
    around("router r = few"),
    trial("routers: low_rank"),
    trial("routers: again", "strategy again = er { memory: few }\n"),
    trial("routers: few"),
    around("router r = l2r { memory: low_rank }"),
  ],
  L2R0306: [
    around("router a = b\nrouter b = c\nrouter c = a"),
    around("router a = a"),
    around("adapter a = stack { of: [low_rank, b] }\nadapter b = stack { of: [a, low_rank] }"),
    around(
      "pretraining a { from: b, texts: domains, train: fast }\npretraining b { from: a, texts: domains, train: fast }\nstudy s { models: [a, b], test: domains }",
    ),
  ],
  L2R0307: [
    around("adapter bottleneck = bottleneck { reduction: 2 }\nadapter b = bottleneck { reduction: -4, rnak: 3 }"),
  ],
  L2R0308: [around("router r = mien.router")],
  L2R0309: [around("router r = mine.nearest_clas"), around("adapter a = mine.lora")],
  L2R0310: [trial("routers: arrow"), trial("routers: learnt").replace("adapters: low_rank", "adapters: lora")],
  L2R0311: [around('adapter a = lora "dir"')],
  L2R0312: [around("backbone b = bert\nbackbone c = b { max_tokens: 3 }")],
  L2R0313: [around("train t = mine.router")],
  L2R0314: [
    {
      text: importing.replace("router", 'memory few = random\nimport "./more.l2r"\nrouter'),
      files: {
        "common.l2r": imported.replace(/memory few[^\n]*\n/, ""),
        "more.l2r": "language 1\nrouter other = l2r { memory: few }\nadapter a = low_rank\n",
      },
    },
  ],
  L2R0315: [{ text: importing.replace("router", "memory few = random\nrouter"), files: { "common.l2r": imported } }],
  L2R0316: [trial("routers: learnt, bounds: [oracle, sapt]")],
  L2R0401: [
    around("adapter a = lora { rnak: 8, colour: 3 }"),
    around("train t { epoch: 3 }"),
    around("backend b = reference { threads: 2 }"),
    trial("routers: learnt, grouping: g, probe: frozen_class_centroid", "grouping g = mbc { of: low_rank }\n"),
  ],
  L2R0402: [around("adapter a = lora { rank: 8, rank: 4 }")],
  L2R0403: [
    around("adapter a = masked { }"),
    around("experiment e { on: encoder, routers: learnt }"),
    around("adapter a = masked { share: 1, parts: { } }"),
  ],
  L2R0404: [
    around('adapter a = lora { rank: 8.5, alpha: "x", targets: query, bias: 1, dropout: shuffled(3) }'),
    around("router r = l2r { memory: [few], hidden: [1], head: 3 }"),
    around("stream s { tasks: 3 }"),
    around(
      'adapter a = lora { rank: "8", bias: [true, false] }\nrouter r = l2r { head: [kept, refit], memory: [few, few] }\ntrain t { batch: [16, 32] }',
    ),
    around("adapter a = lora { rank: sweep(4, 8), alpha: zip [8, 16] }\ntrain t { batch: range(16) }"),
    around("stream s { tasks: intents, orders: [shuffled, shuffled(three), shuffled(1, 2), shuffled(3s)] }"),
    trial("routers: learnt, compare [learnt] against oracle on accuracy"),
  ],
  L2R0405: [
    around("adapter a = lora { rank: 0, alpha: -1, dropout: 100% }"),
    around("adapter a = masked { share: 1.5 }"),
    around("adapter a = lora { rank: 99999999999999999999 }\ntrain t { epochs: -1e30 }"),
    around(
      "stream s { tasks: intents, orders: shuffled(0) }\nstream t { tasks: intents, orders: [written, shuffled(1.5)] }",
    ),
  ],
  L2R0406: [
    around("router r = l2r { relaxation: gumbel_sigmod, head: none }"),
    trial("routers: learnt, measure: acuracy, compare learnt against oracle on forgetting"),
    trial("routers: learnt, measure: bleu, bounds: oracle, compare learnt against oracle on f1"),
    spoken("routers: r, bounds: uniform, measure: bleu, compare r against uniform on bleu"),
    around("stream s { tasks: intents, orders: alphabetical }"),
  ],
  L2R0407: [
    around("adapter a = lora { targets: [] }"),
    around("stream s { tasks: [] }"),
    around("library l { }"),
    trial("routers: learnt, seeds: []"),
    around("adapter a = lora { rank: sweep [] }"),
    around("stream s { tasks: intents, orders: [] }"),
  ],
  L2R0408: [
    trial("routers: learnt, seeds: 3..1"),
    trial("routers: learnt, seeds: 1..1e9"),
    trial("routers: learnt, seeds: 1...3"),
  ],
  L2R0409: [around("train t { compare a against b on accuracy }")],
  L2R0410: [around("adapter a = lora { rank: 8s }")],
  L2R0411: [around("adapter a = lora { targets: [query, sweep [key, value]], rank: sweep [sweep [1, 2], 4] }")],
  L2R0412: [
    trial("routers: sweep [learnt]").replace(
      "adapters: low_rank, train: fast, routers: sweep",
      "adapters: sweep [low_rank], train: fast, seeds: sweep [1, 2], routers: sweep",
    ),
    around("stream s { tasks: intents, orders: sweep [written, reversed] }"),
  ],
  L2R0413: [around("adapter a = lora { rank: sweep size [4, 8], alpha: sweep size [8, 16, 32] }")],
  L2R0414: [around("adapter a = lora { rank: sweep [1..100], alpha: sweep [1..100] }")],
  L2R0415: [around("backend b = onnxruntime { threads: sweep [1, 2] }")],
  L2R0416: [
    { text: around("adapter a = mine.split { parts: 3 }"), ...refusing({ path: ["parts"], message: "3 is odd" }) },
    // Inside a record and a list, at what another declaration says, and at the name where the options together are to blame.
    {
      text: around("adapter a = mine.split { shape: { width: 8 } }"),
      ...refusing({ path: ["shape", "width"], message: "8 is even" }),
    },
    {
      text: around("adapter a = mine.split { sizes: [1, 2] }\nadapter b = a { parts: 2 }"),
      ...refusing({ path: ["sizes", 1], message: "2 is even" }),
    },
    { text: around("adapter a = mine.split { }"), ...refusing({ path: [], message: "something has to be given" }) },
    { text: around("adapter a = mine.split { }"), ...refusing({ path: ["parts"], message: "it has to be given" }) },
  ],
  L2R0417: [
    around("memory both = random { per_class: 5, per_task: 20 }"),
    around("memory more = few { per_task: 20 }"),
  ],
  L2R0501: [
    around("stream s { tasks: intents[t1, t9, nowhere] }"),
    { text: around("data glosses = wordnet\nstream s { tasks: glosses[livng] }"), tasksOf: () => undefined },
  ],
  L2R0502: [around("stream s { tasks: [intents[t1, t2], intents[t1]] }")],
  L2R0503: [
    around(
      "library half { t1: low_rank }\nexperiment e { on: encoder, stream: domains, adapters: half, train: fast, routers: learnt }",
    ),
  ],
  L2R0504: [
    around(
      'library more { t1: low_rank, t2: low_rank, "t 3": low_rank, t4: low_rank }\nexperiment e { on: encoder, stream: domains, adapters: more, train: fast, routers: learnt }',
    ),
    around(
      "library more { t11: low_rank, t2: low_rank }\nexperiment e { on: encoder, stream: domains, adapters: more, train: fast, routers: learnt }",
    ),
  ],
  L2R0505: [
    trial("routers: [learnt, learnt], bounds: [oracle, oracle], seeds: [1, 1], measure: [cost, cost]"),
    trial("routers: learnt, seeds: [1..3, 2]"),
    around("adapter a = lora { rank: sweep [4, 8, 4] }"),
    around("adapter a = lora { targets: [query, value, query] }"),
    trial(
      "routers: learnt, bounds: [oracle, uniform], compare learnt against [oracle, uniform] on accuracy, compare oracle against learnt on accuracy, compare learnt against oracle on task_accuracy",
    ),
    around(`adapter a = lora { rank: sweep [4, 8] }\n${listing("[a, a]")}`),
    around('stream s { tasks: intents, orders: [written, written, [t2, t1, "t 3"], [t2, t1, "t 3"]] }'),
  ],
  L2R0506: [trial("seeds: 1")],
  L2R0507: [
    trial("routers: learnt, compare lernt against uniform on accuracy"),
    trial("routers: learnt, compare learnt against [low_rank, g] on accuracy", "grouping g = mbc { of: low_rank }\n"),
  ],
  L2R0508: [trial("routers: learnt, bounds: oracle, compare learnt against [learnt, learnt.kept, oracle] on accuracy")],
  L2R0509: [
    trial(
      "routers: r, bounds: sequential, compare r.refit against [sequential.kept, r.best] on accuracy",
      "router r = l2r { head: kept }\n",
    ),
    trial("routers: learnt, bounds: oracle, compare learnt.refit against [oracle.kept, oracle.refit] on accuracy"),
    spoken("routers: r, bounds: uniform, compare r.kept against uniform on rouge_l"),
  ],
  L2R0510: [
    trial("routers: s", "router s = arrow\nadapter narrow = bottleneck\n").replace(
      /adapters: low_rank(?=[^\n]*routers: s)/,
      "adapters: [low_rank, narrow]",
    ),
    trial("routers: s", "router s = sapt\ngrouping g = mbc { of: low_rank }\n").replace(
      /adapters: low_rank(?=[^\n]*routers: s)/,
      "adapters: [low_rank, g]",
    ),
    trial("compositions: elected", "composition elected = fisher\ngrouping g = mbc { of: low_rank }\n").replace(
      /adapters: low_rank(?=[^\n]*compositions: e)/,
      "adapters: [low_rank, g]",
    ),
  ],
  L2R0511: [
    trial("routers: s", "router s = arrow\nadapter narrow = bottleneck\n").replace(
      /adapters: low_rank(?=[^\n]*routers: s)/,
      "adapters: [narrow]",
    ),
    trial(
      "routers: [s, w]",
      "router s = sapt\nrouter w = l2r { schedule: after_each_task_warm }\ngrouping g = mbc { of: low_rank }\n",
    ).replace(/adapters: low_rank(?=[^\n]*routers: .s)/, "adapters: g"),
    trial("compositions: elected", "composition elected = fisher\ngrouping g = mbc { of: low_rank }\n").replace(
      /adapters: low_rank(?=[^\n]*compositions: e)/,
      "adapters: g",
    ),
  ],
  L2R0512: [
    trial("routers: r", "memory more = random\nrouter r = l2r\n"),
    trial(
      "bounds: [even, frozen, whole]",
      "memory more = random\nrouter even = uniform { head: refit }\nprobe frozen = frozen_class_centroid { statistics: memory }\nprobe whole = frozen_class_centroid\n",
    ),
    trial("routers: learnt")
      .replace(/memory few[^\n]*\n/, "")
      .replace("{ memory: few }", ""),
  ],
  L2R0513: [around("stream s { tasks: intents, orders: [[t2, t1]] }")],
  L2R0514: [
    around("stream s { tasks: intents, orders: shuffled(5) }"),
    around("stream s { tasks: intents[t1, t2], orders: [reversed, shuffled(1)] }"),
  ],
  L2R0516: [
    around('stream s { tasks: intents, orders: [[t1, t2, "t3"]] }'),
    trial(
      "compositions: [added, taken]",
      "composition added = addition { weights: { t1: 1, t4: 0.5 } }\ncomposition taken = negation { task: t4 }\n",
    ),
  ],
  L2R0520: [
    advised(around("memory more = random\nadapter a = lora { rank: sweep [1, 2] }")),
    advised(around('data other = jsonl "x"\nstream s { tasks: other }')),
    advised(
      sound
        .replace(
          "language 1\n",
          'language 1\nuse "./my-router.ts" as mine\nuse "./second.ts"\nrouter r = second.router\n',
        )
        .replace("routers: learnt", "routers: [learnt, r]"),
      { uses: { mine, second: mine } },
    ),
  ],
  L2R0521: [
    advised(
      around("router same = l2r { memory: few, head: both }").replace("routers: learnt", "routers: [learnt, same]"),
    ),
    advised(
      around("memory more = random { per_class: 5 }\nrouter other = l2r { memory: more }").replace(
        "routers: learnt",
        "routers: [learnt, other]",
      ),
    ),
    advised(
      around("router even = uniform\nprobe centres = frozen_class_centroid")
        .replace("routers: learnt", "routers: [learnt, even]")
        .replace("uniform]", "uniform, centres, frozen_class_centroid]"),
    ),
    advised(
      around(
        "memory more = random\nrouter one = arrow { memory: few, head: kept }\nrouter two = one { memory: more }",
      ).replace("routers: learnt", "routers: [learnt, one, two]"),
    ),
  ],
  L2R0522: [
    advised(sound.replace("per_class: 5", "per_class: 6"), { factsOf: () => facts().slice(0, 2) }),
    advised(sound.replace("per_class: 5", "per_task: 10"), { factsOf: facts }),
    advised(sound.replace("random { per_class: 5 }", "reservoir { capacity: 34 }"), { factsOf: facts }),
  ],
  L2R0523: [advised(sound, { factsOf: facts })],
  L2R0524: [
    advised(trial("routers: learnt, bounds: oracle, compare learnt against oracle on accuracy"), {
      factsOf: () => facts().slice(0, 1),
    }),
  ],
  L2R0525: [
    {
      text: around('data other = intents "elsewhere" { text: body }\nstream s { tasks: other }'),
      factsOf: ({ location }) =>
        location === "dir"
          ? { problem: "there is no folder dir", help: "relative paths start at the folder of the spec" }
          : { problem: "no line of a/train.jsonl has a field `body`" },
    },
  ],
  L2R0526: [
    advised(around("router even = uniform { mix: outer }").replace("routers: learnt", "routers: [learnt, even]")),
    advised(
      around(
        "router even = uniform { aggregate: parameters }\nrouter apart = even { mix: sweep [factors, outer] }\nadapter narrow = bottleneck\nadapter biased = lora { bias: true }\nlibrary mixed { t1: narrow, t2: biased, t3: narrow }",
      )
        .replace("routers: learnt", "routers: [learnt, apart]")
        .replace("adapters: low_rank", "adapters: [narrow, biased, mixed]"),
      { tasksOf: () => ["t1", "t2", "t3"] },
    ),
  ],
  L2R0527: [
    advised(
      around("router told = oracle\nrouter learnt_too = l2r { memory: few, hidden: 3 }").replace(
        "routers: learnt",
        "routers: [learnt, told, learnt_too]",
      ),
    ),
  ],
  L2R0528: [
    advised(
      around(
        "router even = uniform { memory: few, head: kept }\nrouter other = even { aggregate: parameters }",
      ).replace("routers: learnt", "routers: [learnt, even, other]"),
    ),
    advised(
      around(
        "probe frozen = frozen_class_centroid { statistics: memory, memory: few }\nprobe whole = frozen { statistics: train }\nprobe all = frozen_class_centroid { memory: few }",
      ).replace("bounds: [oracle, uniform]", "bounds: [oracle, frozen, whole, all]"),
    ),
  ],
  L2R0529: [
    advised(
      around(
        "router even = uniform\nrouter outer = uniform { aggregate: parameters, mix: outer }\nrouter apart = outer { mix: factors }",
      ).replace("routers: learnt", "routers: [learnt, even, outer, apart]"),
    ),
  ],
  L2R0530: [around("stream s { tasks: intents, head: text, scenario: class_incremental }")],
  L2R0531: [around("stream s { tasks: intents, answers: { max_tokens: 8 } }")],
  L2R0532: [
    spoken(
      "measure: [rouge_l, accuracy, weighted_f1], routers: r, bounds: oracle, compare r against oracle on task_accuracy",
    ),
    trial("routers: learnt, measure: rouge_l, compare learnt against oracle on exact_match, bounds: oracle"),
  ],
  L2R0533: [spoken("routers: r, bounds: [frozen_class_centroid, oracle]")],
  L2R0534: [
    spoken(
      "routers: [r, heady]",
      "router heady = l2r { memory: told, head: kept }\nmemory told = random { per_task: 4 }\n",
    ),
  ],
  L2R0535: [
    spoken("routers: [r, near]", "router near = similarity { statistic: class_gaussian, statistics: train }\n"),
    spoken("routers: r, bounds: similarity"),
    spoken("routers: [r, learnt]"),
  ],
  L2R0544: [
    trial("routers: dreamer", "memory dreamt = generated\nrouter dreamer = l2r { memory: dreamt }\n"),
    trial("routers: learnt, bounds: lfpt5"),
  ],
  L2R0545: [
    around(
      "stream s { tasks: intents }\nexperiment trial { on: encoder, stream: s, adapters: low_rank, train: fast, routers: learnt, measure: [accuracy, forward_transfer] }",
    ),
    free("bounds: er, measure: forward_transfer"),
  ],
  L2R0539: [
    spoken(
      "routers: r",
      "transfer p = skip { of: low_rank, from: encoder }\nportability porting { transfers: p, on: encoder, stream: s, sources: [domains, s], train: fast }\n",
    ),
  ],
  L2R0536: [
    trial("routers: learnt", "train beside = fast { earlier: summed }\ngrouping g = mbc { of: low_rank }\n").replace(
      /adapters: low_rank, train: fast(?=, routers: learnt }\n$)/,
      "adapters: [low_rank, g], train: beside",
    ),
    trial(
      "routers: learnt",
      "train beside = fast { earlier: averaged }\ntransfer p = skip { of: low_rank, from: encoder }\n",
    ).replace(/adapters: low_rank, train: fast(?=, routers: learnt }\n$)/, "adapters: [low_rank, p], train: beside"),
  ],
  L2R0537: [
    trial(
      "routers: learnt",
      "train beside = fast { earlier: summed }\nadapter soft = prompt\nadapter both = stack { of: [low_rank, soft] }\n",
    ).replace(
      /adapters: low_rank, train: fast(?=, routers: learnt }\n$)/,
      "adapters: [low_rank, soft, both], train: beside",
    ),
  ],
  L2R0538: [
    trial(
      "compositions: [added, summed]",
      "composition added = addition\ncomposition summed = addition { on: updates }\ngrouping g = mbc { of: low_rank }\nadapter narrow = bottleneck\n",
    ).replace(/adapters: low_rank(?=[^\n]*compositions)/, "adapters: [low_rank, narrow, g]"),
  ],
  L2R0540: [
    free("bounds: [sequential, er, ewc, elastic, uniform, frozen_class_centroid]", "strategy elastic = ewc\n"),
    free("routers: learnt, bounds: frozen_class_centroid", "", ", blur: 20%"),
    free("bounds: sequential")
      .replace("adapters: low_rank, train: fast, bounds", "adapters: [low_rank, mixed], train: fast, bounds")
      .replace("stream s", 'library mixed { t1: low_rank, t2: low_rank, "t 3": low_rank }\nstream s'),
    free(
      "bounds: sequential",
      `transfer ported = skip { of: low_rank, from: encoder }
portability porting { transfers: ported, on: encoder, stream: s, train: fast }
`,
    ),
  ],
  L2R0541: [
    free("bounds: replay", "strategy replay = er { memory: few }\n"),
    free("bounds: er"),
    free("bounds: er")
      .replace(/memory few.*\n/, "")
      .replace(/router learnt.*\nexperiment routing.*\n/, ""),
  ],
  L2R0542: [
    around("stream s { tasks: intents, blur: 20% }"),
    around("stream s { tasks: intents, boundaries: known, blur: 20% }"),
  ],
  L2R0543: [
    around("stream s { tasks: intents, boundaries: unknown, scenario: task_incremental }"),
    around("stream s { tasks: intents, scenario: task_incremental }\nstream t = s { boundaries: unknown }"),
  ],
  L2R0550: [studied("pretraining a { family: bert, texts: domains, train: fast }")],
  L2R0551: [
    studied(
      "pretraining a { from: first, family: moduleformer, texts: domains, train: fast }\npretraining first { family: moduleformer, texts: domains, train: fast }",
    ),
  ],
  L2R0552: [studied("pretraining a { family: moduleformer, texts: domains, train: fast, insert: 2 }")],
  L2R0553: [
    studied(
      "train early { early_stop: validation, label_smoothing: 10% }\npretraining a { family: moduleformer, texts: domains, train: early }",
    ),
  ],
  L2R0554: [
    around(
      "pretraining a { family: moduleformer, texts: domains, train: fast }\npretraining b = a { size: { vocabulary: 500 } }\nstudy s { models: [a, b], test: domains }",
    ),
  ],
  L2R0600: [
    {
      text: sound,
      made: diagnose(
        "L2R0600",
        { file: "spec.l2r", start: sound.indexOf("intents }"), end: sound.indexOf(" }\nmemory") },
        { problem: 'the data "intents" has no task "t1"', help: "its tasks are: books, films" },
      ),
    },
  ],
  L2R0701: [{ text: sound, set: ["lowrank.rank=4"] }],
  L2R0702: [{ text: sound, set: ["low_rank.rank", "low_rank.=4", "=4"] }],
  L2R0703: [{ text: sound, set: ["low_rank.rank=[4,8", "low_rank.rank=4 8", "encoder.pooling=$x"] }],
  L2R0704: [{ text: sound, set: ["low_rank=bottleneck"] }],
  L2R0705: [
    { text: sound, only: ["lernt"], skip: ["u*", "no*"] },
    { text: sound.replace("rank: 8", "rank: sweep [4, 8]"), only: ["low_rank[rank=5]"] },
    { text: sound.replaceAll("routing", "e"), only: ["["] },
  ],
  L2R0706: [
    { text: sound, skip: ["learnt", "oracle", "uniform"] },
    { text: sound, skip: ["low*"] },
    { text: sound, skip: ["routing"] },
    { text: studied("pretraining a { family: moduleformer, texts: domains, train: fast }"), skip: ["a"] },
    { text: ported, skip: ["p"] },
    { text: ported, skip: ["encoder"] },
    { text: ported, skip: ["routing", "porting"] },
  ],
}
