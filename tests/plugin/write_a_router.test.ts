/** The page `docs/write_a_router.md` is true: its code runs and passes the kit, its commands work, its messages are those that come. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { checkSource } from "../../src/compile.ts"
import { gatesOf } from "../../src/model/gates.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { routingOf } from "../../src/plan/rows/routing.ts"
import { entryOf } from "../../src/plan/vocabulary.ts"
import {
  type Initial,
  input,
  overExamples,
  packedLayout,
  parameter,
  type Router,
  Schema,
  sum,
  tokenRows,
} from "../../src/plugin/index.ts"
import { loadSource } from "../../src/plugin/load.ts"
import { testRouter } from "../../src/testing/index.ts"
import { settingsFor } from "../plugins/settings.ts"
import { pageOf, root, strangersFolder } from "./page.ts"

const textOf = (path: string): string => readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n")
const { text: page, blocks } = pageOf("write_a_router")
const kit = blocks("ts").find((block) => block.includes("testRouter(")) as string
/** The routers of the page, by name; the first is that of the example. */
const routers = Object.fromEntries(
  blocks("ts").flatMap((block) => {
    const name = /^ {2}name: "(\w+)",$/m.exec(block)?.[1]
    return name === undefined ? [] : [[name, block]]
  }),
)
const own = routers.nearest_class

const folder = strangersFolder()
for (const [name, code] of Object.entries({ ...routers, kit })) writeFileSync(join(folder, `${name}.ts`), code)
const routerIn = async (name: string): Promise<Router> => (await import(pathToFileURL(join(folder, name)).href)).default
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const others = await Promise.all(
  Object.keys(routers)
    .filter((name) => name !== "nearest_class")
    .map((name) => routerIn(`${name}.ts`)),
)

const onNode = process.versions.bun === undefined && process.versions.deno === undefined

test("the thirty lines are those of the example", () => {
  assert.equal(own, textOf("examples/02_own_router/nearest_class.ts"))
  assert.equal(blocks("ts").length, others.length + 2)
})

const checked = settingsFor(testRouter)
for (const router of others) checked(router)
checked(others.find(({ name }) => name === "guessed") as Router, { together: true })

test("every field of a router, of its fit, and every query has its place on the page", () => {
  const typed = (path: string, name: string): readonly string[] => {
    const [, body] = new RegExp(`export (?:interface|type) ${name}\\b[^]*?[{=]\\n([^]*?)\\n(?:}|\\n)`).exec(
      textOf(path),
    )!
    return [...body.matchAll(/^ {2}(?:readonly (\w+)\??:|\| "(\w+)")/gm)].map(([, field, word]) => field ?? word)
  }
  const fields = [
    ...typed("src/plugin/router.ts", "Router"),
    ...typed("src/plugin/router_fit.ts", "Fit"),
    ...typed("src/plugin/router.ts", "Query"),
  ]
  assert.ok(fields.length > 30, fields.join(" "))
  for (const field of fields) assert.match(page, new RegExp(`[\`*]${field}\\b`), field)
})

test("the test file tests the example's router", () => {
  assert.equal(kit.split("\n")[2], "")
  assert.ok(textOf("tests/examples/nearest_class.test.ts").includes(kit.split("\n")[3]))
})

test("all code has sound types", { skip: !onNode && "the compiler runs on Node" }, () => {
  const compilerOptions = { typeRoots: [join(root, "node_modules", "@types")] }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"] }),
  )
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "node_modules", "typescript", "lib", "tsc.js"), "-p", folder],
    { encoding: "utf8" },
  )
  assert.equal(status, 0, stdout + stderr)
})

test("the lines of a spec are the example's, which checks where l2r is linked", async () => {
  const spec = textOf("examples/02_own_router/spec.l2r")
  for (const line of blocks("l2r").join("").split("\n")) assert.ok(spec.includes(line), line)
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text: spec })
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity !== "hint"),
    [],
  )
})

test("the commands work", { skip: !onNode && "once is enough" }, () => {
  const commands = blocks("sh").join("").trim().split("\n")
  assert.equal(commands.length, 3)
  for (const command of commands.filter((each) => !each.includes("-- run "))) {
    const args = command.replace("npm run -s l2r -- ", "").split(" ")
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "src", "cli", "main.ts"), ...args], {
      cwd: root,
      encoding: "utf8",
    })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /no problems|centres: whole number > 0, default 5/)
  }
})

/** The message of a router that is written with a mistake. */
let count = 0
const message = async (
  changes: Readonly<Record<string, string>>,
  use: (router: Router) => unknown = () => {},
): Promise<string> => {
  const name = `mistake_${++count}.ts`
  const text = Object.entries(changes).reduce((before, [from, to]) => {
    assert.ok(before.includes(from), from)
    return before.replaceAll(from, to)
  }, own)
  writeFileSync(join(folder, name), text)
  try {
    const [router] = await loadSource(`./${name}`, folder)
    use(router as Router)
  } catch (error) {
    return (error as Error).message
  }
  return assert.fail("no error")
}

/** What a run does with a router on two modules, up to the gradients. */
const traced = (router: Router): void => {
  const options = Schema.decodeUnknownSync(router.options)({} as never)
  const initials: Record<string, Initial> = router.parameters?.({ width: 4, modules: 2 }, options) ?? {}
  const tensors = Object.fromEntries(
    Object.entries(initials).map(([name, { shape }]) => [name, parameter(name, shape)]),
  )
  const gates = gatesOf(router, input("h", ["tokens", 4], "float", tokenRows(packedLayout())), tensors, options, {
    training: true,
    modules: 2,
  })
  withGradients(overExamples(sum(gates, -1)), Object.keys(tensors))
}

const mistakes: Readonly<Record<string, () => Promise<string>>> = {
  "exports no plugin": () => message({ "export default defineRouter": "const unused = defineRouter" }),
  "could not be loaded": () => message({ "export default": "throw new Error('not yet')\nexport default" }),
  "has no summary": () =>
    message({ '  summary: "Modules weighted by how near a text lies to the learnt centres of their classes",\n': "" }),
  "which every router has already": () => message({ "centres: optional": "epochs: optional" }, entryOf),
  "can't be carried out": () => message({ 'level: "layer"': 'level: "model"' }, (router) => routingOf(router, {})),
  "runs over the tokens of an example, which lie packed": () => message({ 'pool("mean", h)': "sum(h, 0)" }, traced),
  "need [2]": () => message({ "return softmax(scale(nearest": "return softmax(scale(distance" }, traced),
  "it is undefined; check the names of parameters": () =>
    message({ "{ start, moved }, { tau }": "{ start, move: moved }, { tau }" }, traced),
  "has no gradient": () =>
    message(
      { "return softmax": "return topKMask(nearest, 1)\n    softmax", "  zeros,\n": "  topKMask,\n  zeros,\n" },
      traced,
    ),
  "the loss does not depend on": () => message({ "moved: zeros": "more: zeros([2]),\n    moved: zeros" }, traced),
}

for (const [said, mistake] of Object.entries(mistakes))
  test(`the message "${said}" comes, and stands on the page`, async () => {
    assert.ok(page.includes(`\n| \`${said}\` |`))
    assert.ok((await mistake()).includes(said), await mistake())
  })

test("the other messages of the page are in the code that gives them", () => {
  const given = {
    "the loss is not finite": "src/model/optimise.ts",
    "constants are finite": "src/run/steps/fit/constants.ts",
    "not defined": "src/report/table.ts",
  }
  const rows = page.slice(page.indexOf("## What may go wrong")).match(/\n\| `[^`]+` \|/g) as readonly string[]
  assert.equal(rows.length, Object.keys(mistakes).length + Object.keys(given).length)
  for (const [said, file] of Object.entries(given)) {
    assert.ok(page.includes(`\n| \`${said}\` |`))
    assert.ok(
      textOf(file)
        .replace(/\$\{[^}]+\}/g, "the loss")
        .includes(said),
      said,
    )
  }
})
