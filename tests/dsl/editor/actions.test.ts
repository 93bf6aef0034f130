/** What an editor can do: each action by its title, with the text that comes of it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { actionsAt } from "../../../dsl/editor/index.ts"
import { check } from "../../../dsl/index.ts"
import { edited, host, marked } from "./marked.ts"

const cases: readonly (readonly [string, string, string])[] = [
  ["adapter a = lora { rn|ak: 8 }", "Write `rank`", "adapter a = lora { rank: 8 }"],
  [
    "adapter a = lora\nexperiment e { adapters: [a, |a] }",
    "Remove it",
    "adapter a = lora\nexperiment e { adapters: [a] }",
  ],
  ["adapter a = lora { rank: 1, |rank: 2, alpha: 3 }", "Remove it", "adapter a = lora { rank: 1, alpha: 3 }"],
  ["adapter |a = masked { wait: 3s }", "Add `share: 0`", "adapter a = masked { wait: 3s, share: 0 }"],
  ["adapter |a = masked", "Add `share: 0`", "adapter a = masked { share: 0 }"],
  ["adapter |a = masked {\n  wait: 3s\n}", "Add `share: 0`", "adapter a = masked {\n  wait: 3s\n  share: 0\n}"],
  [
    'backbone b = bert "x"\nexperiment |e { routers: [] }',
    "Add `on: b`",
    'backbone b = bert "x"\nexperiment e { routers: [], on: b }',
  ],
  ["|adapter a = lora", "Add `language 1`", "language 1\n\nadapter a = lora"],
  [
    "language 1\nrouter a = mi|ne.x",
    "Add a `use` line for `mine`",
    'language 1\nuse "./mine.ts" as mine\n\nrouter a = mine.x',
  ],
  [
    "router a = l2r { memory: fe|w }",
    "Declare a memory `few`",
    "memory few = random\n\nrouter a = l2r { memory: few }",
  ],
  ["adapter |a", "Make it `lora`", "adapter a = lora"],
  [
    "language 1\n\nmemory fe|w = random\n\nmemory many = random\n",
    "Remove the unused memory `few`",
    "language 1\n\nmemory many = random\n",
  ],
  ['use "./|x.ts" as mine\nrouter a = l2r', "Remove the unused plugin `mine`", "router a = l2r"],
  [
    "adapter a = lora { «rank: 8, alpha: 1»6, bias: true }",
    "Extract into an adapter of its own",
    "adapter a_shared = lora { rank: 8, alpha: 16 }\nadapter a = a_shared { bias: true }",
  ],
  [
    "router a = l2r\nexperiment e { routers: a, bounds: [or|acle], compare a against oracle on accuracy }",
    "Declare a router for `oracle`, to give it options",
    "router a = l2r\nrouter oracle_row = oracle { }\n\nexperiment e { routers: a, bounds: [oracle_row], compare a against oracle_row on accuracy }",
  ],
]
for (const [text, title, expected] of cases)
  test(`${title}: ${JSON.stringify(text)}`, () => {
    const { document, offset, end } = marked(text)
    const actions = actionsAt(document, offset, end)
    const action = actions.find((each) => each.title === title)
    assert.ok(action, `there is: ${actions.map((each) => each.title).join("; ")}`)
    assert.equal(edited(document.text, action.edits), expected)
  })

test("a fix settles what it is for", () => {
  for (const [text, title] of cases) {
    const { document, offset, end } = marked(text)
    const action = actionsAt(document, offset, end).find((each) => each.title === title)!
    const { diagnostic } = action
    if (!diagnostic) continue
    const before = document.checked.diagnostics.filter(({ code }) => code === diagnostic.code).length
    const after = check(edited(document.text, action.edits), { ...host, advice: true }).diagnostics.filter(
      ({ code }) => code === diagnostic.code,
    ).length
    assert.ok(after < before, `${title}: ${before} -> ${after}`)
  }
})

test("a used declaration, one with comments inside and an experiment are left alone", () => {
  const titles = (text: string) => {
    const { document, offset, end } = marked(text)
    return actionsAt(document, offset, end)
      .map(({ title }) => title)
      .filter((title) => /unused|Extract/.test(title))
  }
  assert.deepEqual(titles("memory fe|w = random\nrouter a = l2r { memory: few }"), [])
  assert.deepEqual(titles("experiment e|x { }"), [])
  assert.deepEqual(titles("adapter a = lora {\n  «rank: 8» # important\n}\nadapter b = a"), [])
})
