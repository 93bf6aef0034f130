/**
 * Who may import whom: the rooms in the order in which a spec flows through them. A room imports what its row names,
 * itself, and packages; a plugin that ships has no door that a stranger's has not.
 */
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, posix, sep } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

interface Room {
  /** Path of the room. */
  readonly room: string
  /** Rooms or files whose values and types it may import. */
  readonly values: readonly string[]
  /** Rooms or files of which it may import types alone. */
  readonly types?: readonly string[]
  /** The only packages and built-in modules it may import; absent: any. */
  readonly packages?: readonly string[]
}

const rooms: readonly Room[] = [
  ...withinDsl(),
  { room: "src/tensor", values: [] },
  { room: "src/learning", values: [] },
  { room: "src/plugin", values: ["src/tensor", "src/learning"] },
  { room: "src/model", values: ["src/tensor", "src/plugin"] },
  { room: "src/plan", values: ["dsl", "src/learning", "src/plugin"] },
  { room: "src/run", values: ["src/learning", "src/plugin", "src/model", "src/plan"] },
  { room: "src/report", values: ["src/learning"], types: ["src/run/events.ts"] },
  {
    room: "src/testing",
    values: ["dsl", "src/tensor", "src/learning", "src/plugin", "src/model", "src/plan", "src/run", "src/report"],
  },
  { room: "src/authoring", values: ["dsl", "src/plugin", "src/plan"], types: ["plugins"] },
  { room: "src/editor", values: ["dsl", "src/plugin", "src/plan", "src/run", "src/cli/runtimes.mjs"] },
  { room: "src/playground", values: ["dsl", "src/cli/runtimes.mjs"] },
  { room: "src/cli", values: ["dsl", "src", "plugins"] },
  { room: "plugins", values: ["src/plugin"] },
  { room: "src", values: ["dsl", "src", "plugins"] }, // src/compile.ts and the library's entry: the whole on one page
]

interface Import {
  readonly from: string
  /** A file of ours, or the name of a package. */
  readonly to: string
  readonly ours: boolean
  readonly kind: "value" | "type" | "later" // later: import(...) and new URL(..., import.meta.url)
}

/** The rooms of the language. Each knows those above it, and the three files that say what all of them speak of. */
function withinDsl(): Room[] {
  const [packages, shared] = [["chevrotain"], ["dsl/kinds.ts", "dsl/spec.ts", "dsl/vocabulary.ts"]]
  const order = ["diagnostics", "syntax", "names", "options", "sweeps", "check", "command_line"]
  const inOrder = order.map((name, at) => ({
    room: `dsl/${name}`,
    values: [...shared, ...order.slice(0, at).map((above) => `dsl/${above}`)],
    packages,
  }))
  return [
    ...inOrder,
    { room: "dsl/format", values: [...shared, "dsl/diagnostics", "dsl/syntax"], packages },
    {
      room: "dsl/editor",
      values: [...shared, "dsl/index.ts", ...order.slice(0, 6).map((name) => `dsl/${name}`)],
      packages,
    },
    { room: "dsl/explain", values: [...shared, "dsl/index.ts", "dsl/diagnostics", "dsl/format"], packages },
    { room: "dsl", values: order.map((name) => `dsl/${name}`), packages },
  ]
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const files = ["dsl", "src", "plugins"].flatMap(sourcesOf)
const imports = files.flatMap(importsOf)

test("there are files and imports to check", () => {
  assert.ok(
    files.length > 50 && imports.filter(({ ours }) => ours).length > 50,
    `${files.length} files, ${imports.length} imports`,
  )
})

test("every relative import names a file that is there", () => {
  assert.deepEqual(imports.filter(({ ours, to }) => ours && !existsSync(join(root, to))).map(show), [])
})

test("a room imports only what its row names", () => {
  assert.deepEqual(imports.filter((each) => each.ours && !mayImport(each)).map(show), [])
})

test("a room with a list of packages imports no other", () => {
  const wrong = imports.filter(({ from, to, ours, kind }) => {
    const packages = roomOf(from).packages
    return (
      !ours &&
      kind !== "type" &&
      packages !== undefined &&
      !packages.some((name) => to === name || to.startsWith(`${name}/`))
    )
  })
  assert.deepEqual(wrong.map(show), [])
})

test("no circle of imports", () => {
  assert.deepEqual(circles(imports.filter(({ ours, kind }) => ours && kind !== "later")), [])
})

test("no file is called after nothing", () => {
  const empty = /^(utils?|helpers?|managers?|base|common|misc)$/
  const named = files.filter(
    (file) => file.split(/[/.]/).some((part) => empty.test(part)) || /[_-](utils?|helpers?|managers?)\./.test(file),
  )
  assert.deepEqual(named, [])
})

test("the rules can be broken", () => {
  const broken: readonly (readonly [string, string, Import["kind"]])[] = [
    ["src/tensor/a.ts", "src/plugin/index.ts", "value"],
    ["dsl/syntax/parse.ts", "src/plugin/index.ts", "type"],
    ["dsl/diagnostics/catalogue.ts", "dsl/syntax/values.ts", "type"],
    ["dsl/check/stream.ts", "dsl/index.ts", "value"],
    ["dsl/index.ts", "dsl/editor/index.ts", "value"],
    ["src/report/table.ts", "src/run/events.ts", "value"],
    ["src/report/table.ts", "src/run/store/index.ts", "type"],
    ["src/run/a.ts", "src/report/table.ts", "value"],
    ["plugins/routers/arrow.ts", "src/tensor/index.ts", "value"],
    ["plugins/routers/arrow.ts", "plugins/routers/l2r.ts", "value"],
    ["plugins/data/wordnet/corpus.ts", "plugins/data/jsonl/index.ts", "type"],
    ["src/model/a.ts", "src/compile.ts", "value"],
  ]
  for (const [from, to, kind] of broken)
    assert.equal(mayImport({ from, to, kind, ours: true }), false, `${from} -> ${to}`)
  assert.equal(
    mayImport({ from: "plugins/data/wordnet/a.ts", to: "plugins/data/wordnet/b.ts", kind: "value", ours: true }),
    true,
  )
  const circle = (from: string, to: string): Import => ({ from, to, kind: "value", ours: true })
  assert.equal(circles([circle("a", "b"), circle("b", "c"), circle("c", "a"), circle("d", "a")]).length, 1)
  const source =
    'import type { A } from "./a.ts"\nexport {\n  b,\n} from "./b.ts"\nimport "./c.ts"\nconst d = await import("./d.ts")\n// import "./e.ts"\n'
  assert.deepEqual(
    specifiers(source).map(({ name, kind }) => `${kind} ${name}`),
    ["type ./a.ts", "value ./b.ts", "value ./c.ts", "later ./d.ts"],
  )
})

/** Files with code under a folder, as paths from the root with forward slashes. */
function sourcesOf(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
  return names
    .map((name) => `${folder}/${name.split(sep).join("/")}`)
    .filter((file) => /\.(ts|mts|mjs|js)$/.test(file) && !file.includes("/node_modules/"))
    .sort()
}

function importsOf(file: string): Import[] {
  return specifiers(readFileSync(join(root, file), "utf8")).map(({ name, kind }) => {
    const ours = name.startsWith(".")
    return { from: file, to: ours ? posix.normalize(posix.join(posix.dirname(file), name)) : name, ours, kind }
  })
}

/** What a source names in its imports, in the order in which it stands there. Comments are left out first. */
function specifiers(source: string): { name: string; kind: Import["kind"] }[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "")
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[\w$*{][^"'`;=]*?\sfrom\s+)?["']([^"']+)["']/gm
  const later = /(\btypeof\s+)?\b(?:import\(\s*|new URL\(\s*)["']([^"']+)["']/g
  const found = [
    ...[...code.matchAll(statement)].map((match) => ({
      at: match.index,
      name: match[2],
      kind: match[1] ? ("type" as const) : ("value" as const),
    })),
    ...[...code.matchAll(later)]
      .filter((match) => !match[0].startsWith("new URL") || /\.(ts|mjs|js)$/.test(match[2]))
      .map((match) => ({ at: match.index, name: match[2], kind: match[1] ? ("type" as const) : ("later" as const) })),
  ]
  return found.sort((a, b) => a.at - b.at)
}

function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`)
}

/** The row with the longest path that holds the file. */
function roomOf(file: string): Room {
  const holding = rooms.filter(({ room }) => within(file, room))
  const row = holding.sort((a, b) => b.room.length - a.room.length)[0]
  assert.ok(row, `${file} stands in no room`)
  return row
}

/** A plugin is its own file, or its own folder below its kind. */
function pluginOf(file: string): string {
  return file.split("/").slice(0, 3).join("/")
}

function mayImport({ from, to, kind }: Import): boolean {
  const { room, values, types = [] } = roomOf(from)
  if (room === "plugins") return values.some((place) => within(to, place)) || pluginOf(from) === pluginOf(to)
  if (roomOf(to).room === room) return true
  return [...values, ...(kind === "type" ? types : [])].some((place) => within(to, place))
}

/** One line per circle, as the files on it. */
function circles(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const found = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      const circle = path.slice(at)
      const least = circle.indexOf([...circle].sort()[0])
      found.add([...circle.slice(least), ...circle.slice(0, least)].join(" -> "))
      return
    }
    if (done.has(file)) return
    for (const to of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return [...found]
}

function show({ from, to, kind }: Import): string {
  return `${from} imports ${to}${kind === "type" ? " (types)" : ""}`
}
