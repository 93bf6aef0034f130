/** What is offered where: a table of texts with a cursor. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { completionsAt } from "../../../dsl/editor/index.ts"
import { marked } from "./marked.ts"

const offered = (text: string): readonly string[] => {
  const { document, offset } = marked(text)
  return completionsAt(document, offset).map(({ label }) => label)
}

const kinds =
  "backbone data memory adapter grouping transfer router composition strategy probe backend stream library train pretraining study experiment portability".split(
    " ",
  )
const rows = "router a = l2r { }\nrouter b = arrow\nexperiment e { routers: [a, b], bounds: oracle"

/** Exactly these labels, in this order. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ["|", ["language 1", ...kinds, "use", "import"]],
  ["language 1\n|", [...kinds, "use", "import"]],
  ["language 1\nadapter a = lora { rank: 8 }\n\nro|", [...kinds, "use", "import"]],
  ["adapter |", ["module"]],
  ["adapter module = lora\nadapter |", ["module_2"]],
  ["adapter a |", ["="]],
  ["train a |", ["{ }"]],
  ["adapter a = |", ["lora", "bottleneck", "masked", "prompt", "stack"]],
  ["adapter a = lora\nadapter b = b|", ["lora", "bottleneck", "masked", "prompt", "stack", "a"]],
  ['use "x" as mine\nrouter a = mine.|', ["nearest_class"]],
  ['use "x" as mine\nmemory a = |', ["generated", "random", "reservoir"]],
  ["backbone a = bert |", ['"..."', "{ }"]],
  ["adapter a = lora |", ["{ }"]],
  ["pretraining a { family: | }", ["moduleformer", "sweep [ ]"]],
  ["pretraining a { from: | }\npretraining b { }", ["b", "sweep [ ]"]],
  ["adapter a = lora { | }", ["rank", "alpha", "dropout", "targets", "bias"]],
  ["adapter a = lora { rank: 8, | alpha: 3 }", ["dropout", "targets", "bias"]],
  ["adapter a = lora {\n  rank: 8\n  al|\n}", ["alpha", "dropout", "targets", "bias"]],
  ["adapter a = masked { | }", ["share", "wait", "parts"]],
  ["adapter a = masked { share: 1, parts: { | } }", ["width"]],
  ["memory a = random { | }", ["per_class", "per_task"]],
  ["memory a = random { per_class: 2, | }", []],
  ["adapter a = lora { rank: | }", ["8", "sweep [ ]"]],
  ["adapter a = lora { bias: | }", ["true", "false", "sweep [ ]"]],
  ["adapter a = lora { targets: | }", ["[ ]", "query", "key", "value", "sweep [ ]"]],
  ["adapter a = lora { targets: [query, |] }", ["key", "value"]],
  ["memory few = random\nmemory many = random\nrouter a = l2r { memory: |", ["few", "many", "sweep [ ]"]],
  ["router a = l2r { hidden: | }", ["none", "sweep [ ]"]],
  ["data intents = jsonl\nstream s { | }", ["tasks", "scenario", "boundaries", "blur", "head", "answers", "orders"]],
  ["data intents = jsonl\nstream s { tasks: | }", ["intents[...]", "[ ]", "intents", "sweep [ ]"]],
  ["data intents = jsonl\nstream s { tasks: intents[t1, |] }", ["t2", "t 3"]],
  ["data intents = jsonl\nstream s { tasks: [intents[|", ["t1", "t2", "t 3"]],
  ["stream s { orders: [written, |] }", ["reversed", "shuffled(3)"]],
  ["data intents = jsonl\nlibrary m { t1: x, | }", ["t2", "t 3"]],
  ["adapter a = lora\nlibrary m { t1: | }", ["a", "sweep [ ]"]],
  ["experiment e { on: | }\nbackbone b = bert", ["b", "sweep [ ]"]],
  ["adapter a = lora\nlibrary m { }\nexperiment e { adapters: [|] }", ["a", "m"]],
  ["experiment e { seeds: | }", ["1..3", "[1]"]],
  [`${rows}, compare | }`, ["a", "b", "oracle"]],
  [`${rows}, compare a | }`, ["against"]],
  [`${rows}\n  compare a against | }`, ["a", "b", "oracle", "[ ]"]],
  [`${rows}\n  compare a against [b, |] on accuracy }`, ["a", "oracle"]],
  [`${rows}\n  compare a against b | }`, ["on"]],
  [`${rows}\n  compare a against b on | }`, ["accuracy", "task_accuracy", "weighted_f1"]],
  [
    `stream s { head: text }\n${rows.replace("e {", "e { stream: s,")}\n  compare a against b on | }`,
    ["rouge_l", "exact_match"],
  ],
  ["data intents = jsonl\nstream s { head: text, answers: { | } }", ["max_tokens", "beams"]],
  ["stream s { head: | }", ["classes", "text", "sweep [ ]"]],
  [`${rows}\n  compare a.| }`, ["kept", "refit"]],
  ['use "|"', ["use/", "folder/"]],
  ['import "./a|"', ["import/./a", "folder/"]],
  ['backbone a = bert "x|"', ["backbone/x", "folder/"]],
  ["adapter a = lora { } # he|re", []],
  ["language |", ["1"]],
  ['use "x" |', ["as"]],
  ["adapter a = lora { rank| 8 }", ["rank", "alpha", "dropout", "targets", "bias"]],
  ["router a = \nrouter b = l2r { head: | }", ["both", "kept", "refit", "sweep [ ]"]],
  ["router a = l2r { memory: fe\n\nrouter b = l2r { head: | }", ["both", "kept", "refit", "sweep [ ]"]],
]

for (const [text, labels] of cases)
  test(`${JSON.stringify(text)} offers ${labels.slice(0, 4).join(", ") || "nothing"}`, () =>
    assert.deepEqual(offered(text), labels))

test("what is offered replaces the word around the cursor, and brings what it needs", () => {
  const one = (text: string, label: string) => {
    const { document, offset } = marked(text)
    const found = completionsAt(document, offset).find((each) => each.label === label)!
    return [document.text.slice(found.start, found.end), found.insert]
  }
  assert.deepEqual(one("adapter a = lora { ta|rg }", "targets"), ["targ", "targets: [$1]"])
  assert.deepEqual(one("adapter a = bo|", "masked"), ["bo", "masked { share: $1 }"])
  assert.deepEqual(one("backbone a = |", "bert"), ["", 'bert "$1"'])
  assert.deepEqual(one("router a = l2r { | }\nmemory few = random", "memory"), ["", `memory: \${1:few}`])
  assert.deepEqual(one("data intents = jsonl\nstream s { tasks: intents[|] }", "t 3"), ["", '"t 3"'])
  assert.deepEqual(one('data d = jsonl "da|ta"', "folder/"), ["data", "folder/"])
})

test("an experiment is offered with the names that there are", () => {
  const { document, offset } = marked(
    "backbone b = bert\nstream s { }\nadapter x = lora\nadapter y = lora\ntrain t { }\n|",
  )
  const { insert } = completionsAt(document, offset).find(({ label }) => label === "experiment")!
  assert.match(insert, /on: {7}\$\{2:b\}\n {2}stream: {3}\$\{3:s\}\n {2}adapters: \$\{4:\}\n {2}train: {4}\$\{5:t\}/)
})

test("documentation comes with every plugin and option", () => {
  for (const text of ["adapter a = |", "adapter a = masked { | }", "|"]) {
    const { document, offset } = marked(text)
    for (const { label, kind, documentation, detail } of completionsAt(document, offset))
      assert.ok(kind === "keyword" ? detail : documentation, label)
  }
})
