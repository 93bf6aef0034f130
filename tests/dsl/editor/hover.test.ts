/** What is said of the word under the pointer, of the options around it, and between the words. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { hoverAt, inlaysIn, signatureAt } from "../../../dsl/editor/index.ts"
import { marked } from "./marked.ts"

const hover = (text: string): string | undefined => {
  const { document, offset } = marked(text)
  return hoverAt(document, offset)?.text
}

const cases: readonly (readonly [string, RegExp])[] = [
  ["ada|pter a = lora", /^\*\*adapter\*\*: a small trainable module[\s\S]*- `lora`: lora for tests/],
  ["adapter a = lo|ra", /^\*\*lora\*\*, a plugin of kind adapter[\s\S]*- `rank = 8`\n/],
  ["adapter a = lora { ra|nk: 4 }", /^\*\*rank\*\*: a whole number, greater than 0; default `8`$/],
  [
    "adapter a = masked { sha|re: 5% }",
    /at least 0 and at most 1; required\n\nshare of weights that are kept\n\nHere: 5% = 0.05$/,
  ],
  [
    "adapter a = masked { wa|it: 2min }",
    /a number of seconds, or a time such as `30s`; optional\n\nHere: 2min = 120 seconds$/,
  ],
  ["adapter a = masked { share: 5|% }", /^5% = 0\.05$/],
  ["adapter a = lora { ra|nk: sweep [4, 8] }", /Here: sweep \[4, 8\]: 2 variants$/],
  ["adapter |a = lora { rank: sweep [4, 8], alpha: sweep [1, 2, 3] }", /Its sweeps make 6 variants\./],
  [
    "adapter a = lora { rank: 4 }\nadapter |b = a { alpha: 2 }",
    /It extends `a`[\s\S]*- `rank: 4` \(from `a`\)\n- `alpha: 2`$/,
  ],
  ["adapter a = lora { rank: 4 }\nadapter b = a { ra|nk: 2 }", /In `a`, which this extends: 4$/],
  [
    "memory few = random { per_class: 5 }\nrouter a = l2r { memory: fe|w }",
    /^\*\*memory few\*\* = random\n\n[\s\S]*- `per_class: 5`$/,
  ],
  ["experiment e { bounds: [ora|cle] }", /^\*\*oracle\*\*, a plugin of kind router/],
  [
    "experiment e { bounds: [oracle], compare ora|cle against x on accuracy }",
    /^\*\*oracle\*\*, a plugin of kind router/,
  ],
  ["router a = l2r { aggregate: out|puts }", /^`outputs`, a value of `aggregate`$/],
  [
    "data intents = jsonl\nstream s { tasks: inte|nts[t1] }",
    /^\*\*data intents\*\* = jsonl[\s\S]*3 tasks: t1, t2, t 3$/,
  ],
  ["data intents = jsonl\nstream s { tasks: intents[t|1] }", /^\*\*t1\*\*, a task of `intents`$/],
  ['use "./x.ts" as mi|ne', /^plugins of `\.\/x\.ts`\n\n- router `mine\.nearest_class`/],
  ["experiment e { measure: weighted|_f1 }", /^`weighted_f1`, a value of \*\*measure\*\*: F1 of each class/],
  [
    "experiment e { measure: [accuracy, for|getting] }",
    /^`forgetting`, a value of \*\*measure\*\*: best earlier accuracy/,
  ],
  ["train fa|st { epochs: 5 }", /- `epochs: 5`\n- `batch: 32` \(default\)/],
]
for (const [text, expected] of cases)
  test(`hover ${JSON.stringify(text)}`, () => assert.match(hover(text) ?? "nothing", expected))

test("nothing is said of what means nothing", () => {
  for (const text of [
    "|",
    "adapter a = lora { rank: |8 }",
    "# co|mment",
    "adapter a = nowhe|re",
    "adapter a = lora { rnak|: 3 }",
  ])
    assert.equal(hover(text), undefined, text)
})

test("the options of the block around the cursor, with the one that is written", () => {
  const signature = (text: string) => {
    const { document, offset } = marked(text)
    const found = signatureAt(document, offset)
    return (
      found && [
        found.label,
        found.active === undefined
          ? undefined
          : found.label.slice(found.options[found.active].start, found.options[found.active].end),
      ]
    )
  }
  const label = "lora { rank: 8, alpha: number, dropout: number, targets: query|key|value, bias: true|false }"
  assert.deepEqual(signature("adapter a = lora { ra"), undefined)
  assert.deepEqual(signature("adapter a = lora { ¦".replace("¦", "|")), [label, undefined])
  assert.deepEqual(signature("adapter a = lora { rank: 8, targets: [|"), [label, "targets: query|key|value"])
  assert.deepEqual(signature("adapter a = masked { parts: { |"), ["parts { width: integer }", undefined])
  assert.equal(signature("adapter a = lora { rank: 8 }\n|"), undefined)
})

test("inlays: variants, defaults, tasks, seeds, an implied memory", () => {
  const { document } = marked(
    "|data intents = jsonl\nmemory few = random\nadapter a = lora { rank: sweep [1, 2] }\nrouter r = l2r { head: kept }\nstream s { tasks: intents }\nexperiment e { seeds: 1..3 }\nadapter m = masked { share: 5% }",
  )
  const shown = inlaysIn(document).map(
    ({ offset, text }) =>
      `${document.text
        .slice(0, offset)
        .split(/[\s[,{]+/)
        .pop()}|${text}`,
  )
  assert.deepEqual(shown, [
    "a|2 variants",
    "kept|, memory: few",
    "intents|3 tasks",
    "intents|, 5 defaults",
    "1..3|3 seeds",
    "1..3|, 3 defaults",
    "5%|= 0.05",
  ])
})
