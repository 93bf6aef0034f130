/**
 * The catalogue: every code with its severity, its sentence and its help, as functions of typed holes.
 *
 * 01 reading   02 the file   03 names   04 options   05 experiments   06 the plan   07 the command line
 */

import { aKind, KINDS, LINES } from "../kinds.ts"
import type { Span } from "../spec.ts"
import type { Diagnostic, Severity } from "./diagnostic.ts"

type Said = readonly [message: string, help?: string]
interface Rule<Holes> {
  readonly severity: Severity
  readonly say: (holes: Holes) => Said
}
const error = <Holes = object>(say: (holes: Holes) => Said): Rule<Holes> => ({ severity: "error", say })
const warning = <Holes = object>(say: (holes: Holes) => Said): Rule<Holes> => ({ severity: "warning", say })
const hint = <Holes = object>(say: (holes: Holes) => Said): Rule<Holes> => ({ severity: "hint", say })

/** At most this many names are listed in a help line. */
const LISTED = 12
const quoted = (names: readonly string[]): string =>
  names
    .slice(0, LISTED)
    .map((name) => `\`${name}\``)
    .join(", ") + (names.length > LISTED ? `, and ${names.length - LISTED} more` : "")

/** "did you mean `x`?", or what there is to choose from. */
const choose = (near: string | undefined, what: string, names: readonly string[], none: string): string =>
  near ? `did you mean \`${near}\`?` : names.length > 0 ? `${what}: ${quoted(names)}` : none

/** What other languages mean by it, as this one writes it. */
const elsewhere = (found: string): string | undefined => {
  if (/^(\/\/|\/\*|\*\/|--)/.test(found)) return "a comment begins with `#` and ends with the line"
  if (/^['`´‘’“”„«»]/.test(found)) return 'a text stands in double quotes: "..."'
  if (found === "%") return "a unit joins its number: `5%`"
  return found.startsWith(";") ? "options have commas between them, or stand on lines of their own" : undefined
}

/** What a router or a composition misses in modules that it can't serve. */
export type Unserved = "factors" | "outputs" | "tokens" | "own_tokens" | "own_keys" | "stay" | "one_task"
const unservedFor: Readonly<Record<Unserved, { readonly why: string; readonly help: string }>> = {
  factors: {
    why: "it reads low-rank factors, and they have none",
    help: "take it out, or add a low-rank adapter (LoRA is one)",
  },
  outputs: {
    why: "it adds up what modules give at a layer, and they are tokens that join a text",
    help: "take it out, or add an adapter that changes what leaves a layer (LoRA is one)",
  },
  tokens: {
    why: "it puts the tokens of modules one before the other, and they have none, or not tokens alone",
    help: "take it out, or add an adapter of tokens (`prompt`, `prefix`)",
  },
  own_tokens: {
    why: "it makes the tokens of modules itself, and they have none, or a network makes them",
    help: "take it out, or add an adapter whose parameters are tokens (`prompt`, `prefix { hidden: 0 }`)",
  },
  own_keys: {
    why: "it makes the keys and values of modules itself, and they have none, or a network makes them",
    help: "take it out, or add an adapter whose parameters are keys and values (`prefix { hidden: 0 }`)",
  },
  stay: {
    why: "it goes on from stage to stage, and they are grouped anew at each",
    help: "take it out, let it be fitted anew, or list the adapter whose modules are grouped",
  },
  one_task: {
    why: "it reads the Fisher information of each module on its one task, and these are of groups of tasks",
    help: "take it out, or list the adapter whose modules are grouped",
  },
}

export const catalogue = {
  // 01: reading
  L2R0101: error<{ found: string }>(({ found }) => [
    `\`${found}\` has no meaning here`,
    elsewhere(found) ?? 'remove it, or write it inside a text: "..."',
  ]),
  L2R0102: error(() => [
    "this text is not closed on its line",
    'add `"` at its end; a line break inside a text is written \\n',
  ]),
  L2R0103: error<{ escape: string }>(({ escape }) => [
    `\`${escape}\` is not an escape`,
    'escapes are \\" \\\\ \\n \\t and \\u{1F600}; a backslash is written \\\\',
  ]),
  L2R0104: error<{ unit: string; units: readonly string[] }>(({ unit, units }) => [
    `\`${unit}\` is not a unit`,
    `units are ${quoted(units)}; a name that begins with a digit is written as a text: "..."`,
  ]),
  L2R0105: error(() => ["this number is too large", "numbers go up to 1.7e308"]),
  L2R0106: error<{ name: string; suggestion?: string }>(({ name, suggestion }) => [
    `\`${name}\` can't be a name: names have the letters a to z, digits and _`,
    suggestion
      ? `write \`${suggestion}\`, or a text where a text will do: "..."`
      : 'write it with other letters, or as a text where a text will do: "..."',
  ]),
  L2R0107: error<{ open: string; close: string }>(({ open, close }) => [
    `\`${open}\` is never closed`,
    `add \`${close}\` where it ends`,
  ]),
  L2R0108: error<{ close: string }>(({ close }) => [
    `\`${close}\` closes nothing`,
    "remove it, or open its bracket before it",
  ]),
  L2R0109: error<{ depth: number }>(({ depth }) => [
    `brackets are nested more than ${depth} deep`,
    "no option needs that; remove the extra brackets",
  ]),
  L2R0110: error<{ expected: string; found: string; reads: string; meant?: string }>(
    ({ expected, found, reads, meant }) => [
      expected ? `expected ${expected}, found ${found}` : `${found} does not belong here`,
      meant ?? (expected ? reads : "begin a new line, or put `,` between options"),
    ],
  ),
  L2R0111: error<{ found: string }>(({ found }) => [
    `expected a declaration, found ${found}`,
    "a declaration reads `router learnt = l2r { memory: few }`",
  ]),
  L2R0112: error<{ word: string; near?: string; assigned?: boolean }>(({ word, near, assigned }) => [
    assigned ? `it is not said what \`${word}\` is` : `there is no kind of declaration \`${word}\``,
    near
      ? `did you mean \`${near}\`?`
      : assigned
        ? `its kind stands before the name, as in \`router ${word} = l2r\`; kinds are ${KINDS.join(", ")}`
        : `declarations begin with ${[...LINES, ...KINDS].join(", ")}`,
  ]),
  L2R0113: error<{ count: number }>(({ count }) => [
    count === 1 ? "one more problem is not shown" : `${count} more problems are not shown`,
    "settle those above first",
  ]),
  L2R0114: error<{ found: string }>(({ found }) => [
    `there is no \`,\` before \`${found}\``,
    "put a comma between options on one line, or begin a new line",
  ]),

  // 02: the file
  L2R0201: error<{ version: number; current: number }>(({ version, current }) => [
    `this file is written in language ${version}, and this l2r reads language ${current}`,
    `install a newer l2r, or write \`language ${current}\` if the file uses nothing newer`,
  ]),
  L2R0202: hint(() => ["the file does not say its language", "begin it with `language 1`"]),
  L2R0203: error(() => ["the language is said twice", "keep the first line"]),
  L2R0213: error<{ source: string; reason: string }>(({ source, reason }) => [
    `"${source}" can't be imported: ${reason}`,
    "the path starts from the folder of this file",
  ]),
  L2R0214: error<{ path: readonly string[] }>(({ path }) => [
    `these files import each other in a circle: ${path.join(" -> ")}`,
    "move what both need into a file of its own, and import that",
  ]),
  L2R0215: warning<{ source: string }>(({ source }) => [`"${source}" is imported twice`, "keep one of the lines"]),
  L2R0216: error<{ most: number }>(({ most }) => [
    `a spec has at most ${most} files, and this one would be more`,
    "import fewer; a folder that links to itself makes them without end",
  ]),
  L2R0217: error<{ version: number; current: number }>(({ version, current }) => [
    `this file is written in language ${version}, and this l2r reads language ${current}`,
    "`l2r fix` rewrites it",
  ]),
  L2R0218: error(() => [
    "`import` brings the names of a file as they are",
    'leave `as` out; it belongs to `use "./plugin.ts" as mine`',
  ]),
  L2R0219: error<{ reason: string; help: string }>(({ reason, help }) => [reason, help]),
  L2R0207: error(() => ["this plugin has no name to use it by", 'add one: use "..." as mine']),
  L2R0208: error<{ source: string; reason: string; help?: string }>(({ source, reason, help }) => [
    `the plugin "${source}" can't be used: ${reason}`,
    help ?? "the path is relative to this file; a plugin exports what defineRouter, defineAdapter, ... return",
  ]),
  L2R0209: hint<{ alias: string }>(({ alias }) => [
    `the options of \`${alias}\` are not checked, because the plugin was not loaded`,
    "they are checked where its file can be read",
  ]),
  L2R0210: error(() => ["a language is a whole number", "write `language 1`"]),
  L2R0211: error(() => ["`language` stands above everything else", "move the line to the top"]),
  L2R0212: warning(() => [
    "there is no experiment, study or portability, so there is nothing to run",
    "add `experiment name { on: ..., stream: ..., adapters: ..., train: ..., routers: ... }`",
  ]),

  // 03: names
  L2R0301: error<{ name: string }>(({ name }) => [
    `\`${name}\` is declared twice`,
    "names are shared by all kinds of declaration; rename one",
  ]),
  L2R0302: error<{ name: string; kind: string }>(({ name, kind }) => [
    `\`${name}\` is the name of ${kind} plugin`,
    `give the declaration another name; only \`${name} = ${name}\` may share it`,
  ]),
  L2R0303: error<{ kind: string; name: string; example: string }>(({ kind, name, example }) => [
    `this ${kind} does not say which plugin it is`,
    `write \`${kind} ${name} = ${example} { ... }\``,
  ]),
  L2R0304: error<{ name: string; kind: string; near?: string; names: readonly string[]; other?: string }>(
    ({ name, kind, near, names, other }) => [
      `there is no ${kind} \`${name}\``,
      other ?? choose(near, "there are", names, `declare it: ${kind} ${name} ...`),
    ],
  ),
  L2R0305: error<{ name: string; is: string; wanted: string; list?: string }>(({ name, is, wanted, list }) => [
    `\`${name}\` is ${is}, and ${wanted} belongs here`,
    list === undefined ? `name ${wanted} that is declared in this file` : `list it under \`${list}\``,
  ]),
  L2R0306: error<{ path: readonly string[]; by?: "member" | "from" }>(({ path, by }) =>
    by === "from"
      ? [
          `each of these goes on from the next in a circle: ${path.join(", ")}`,
          "let one of them begin from nothing, with a `family`",
        ]
      : by === "member"
        ? [
            `these declarations are parts of each other in a circle: ${path.join(", ")}`,
            "take one of them out of another",
          ]
        : [`these declarations extend each other in a circle: ${path.join(" = ")}`, "let one of them name a plugin"],
  ),
  L2R0307: error<{ name: string; kind: string }>(({ name, kind }) => [
    `\`${name}\` is both a plugin and a declared ${kind}`,
    "rename the declaration, so that it is clear which one is meant",
  ]),
  L2R0308: error<{ alias: string; near?: string }>(({ alias, near }) => [
    `no \`use\` line brings \`${alias}\``,
    near ? `did you mean \`${near}\`?` : `add one above: use "./file.ts" as ${alias}`,
  ]),
  L2R0309: error<{ alias: string; name: string; kind: string; near?: string; names: readonly string[] }>(
    ({ alias, name, kind, near, names }) => [
      `\`${alias}\` has no ${kind} \`${name}\``,
      choose(
        near && `${alias}.${near}`,
        "it has",
        names.map((each) => `${alias}.${each}`),
        `it has no ${kind} at all`,
      ),
    ],
  ),
  L2R0310: error<{ name: string; wanted: string; kind: string }>(({ name, wanted, kind }) => [
    `\`${name}\` is a plugin, and ${wanted} that is declared in this file belongs here`,
    `declare one: ${kind} my_${name} = ${name} { ... }`,
  ]),
  L2R0311: error<{ kind: string }>(({ kind }) => [
    `a text does not belong after ${kind}`,
    "only a backbone and a data source have one: where they are found",
  ]),
  L2R0312: error<{ plugin: string }>(({ plugin }) => [
    `\`${plugin}\` needs a text that says where it is found`,
    `write \`${plugin} "path/to/it"\``,
  ]),
  L2R0313: error<{ kind: string }>(({ kind }) => [
    `there are no plugins of kind ${kind}`,
    `after \`=\` stands another ${kind} whose options it takes over`,
  ]),
  L2R0314: error<{ name: string; file: string }>(({ name, file }) => [
    `\`${name}\` is declared in ${file}, which this file does not import`,
    "import it here too, or move the declaration to where both files see it",
  ]),
  L2R0315: error<{ name: string; file: string }>(({ name, file }) => [
    `the name \`${name}\` is declared in ${file} already`,
    "choose another name: those of imported files are this file's too",
  ]),
  L2R0316: error<{ name: string; kinds: readonly string[] }>(({ name, kinds }) => [
    `\`${name}\` may be ${kinds.map(aKind).join(" or ")}: plugins of ${kinds.length > 2 ? "several" : "both"} kinds have this name`,
    `declare the one that you mean: ${kinds.map((kind) => `\`${kind} own = ${name}\``).join(" or ")}`,
  ]),

  // 04: options
  L2R0401: error<{ name: string; owner: string; near?: string; names: readonly string[]; meant?: string }>(
    ({ name, owner, near, names, meant }) => [
      `\`${name}\` is not an option of ${owner}`,
      meant ?? choose(near, "its options are", names, "it has no options"),
    ],
  ),
  L2R0402: error<{ name: string }>(({ name }) => [`\`${name}\` is given twice`, "keep one of them"]),
  L2R0403: error<{ name: string; owner: string; about?: string }>(({ name, owner, about }) => [
    `${owner} needs \`${name}\``,
    about ? `add \`${name}: ...\`, ${about}` : `add \`${name}: ...\``,
  ]),
  L2R0404: error<{ name: string; wanted: string; found: string; help?: string }>(({ name, wanted, found, help }) => [
    `\`${name}\` takes ${wanted}, not ${found}`,
    help ?? `write ${wanted}`,
  ]),
  L2R0405: error<{ name: string; value: number; range: string }>(({ name, value, range }) => [
    `\`${name}\` is ${range}, and ${value} is not`,
    `write a number that is ${range}`,
  ]),
  L2R0406: error<{ name: string; word: string; near?: string; words: readonly string[] }>(
    ({ name, word, near, words }) => [
      `\`${name}\` can't be \`${word}\``,
      choose(near, "it is one of", words, "nothing fits"),
    ],
  ),
  L2R0407: error<{ name: string; least: number }>(({ name, least }) => [
    `\`${name}\` needs at least ${least} ${least === 1 ? "entry" : "entries"}`,
    "fill the list",
  ]),
  L2R0408: error<{ most: number; wrong: "long" | "down" | "broken" }>(({ most, wrong }) => [
    `a range goes up in whole numbers, over at most ${most} of them`,
    {
      long: "write a shorter range, e.g. `1..3`",
      down: "write the smaller number first, e.g. `1..3`",
      broken: "write two whole numbers with two dots between them, e.g. `1..3`",
    }[wrong],
  ]),
  L2R0409: error(() => ["`compare` belongs into an experiment", "move it there"]),
  L2R0410: error<{ name: string; written: string }>(({ name, written }) => [
    `\`${name}\` is not a time, and ${written} is one`,
    "leave the unit out",
  ]),
  L2R0411: error(() => [
    "a sweep stands for the whole value of an option",
    "write one variant after another: `targets: sweep [[query], [query, value]]`",
  ]),
  L2R0412: error<{ name: string }>(({ name }) => [
    `\`${name}\` is not swept: each of its entries is run as it is`,
    `write the list alone: \`${name}: [...]\``,
  ]),
  L2R0413: error<{ tag: string; left: number; right: number }>(({ tag, left, right }) => [
    `the sweeps \`${tag}\` go in step, and one has ${left} ${left === 1 ? "value" : "values"}, the other ${right}`,
    "give them the same number of values, or other names",
  ]),
  L2R0414: error<{ name: string; count: number; most: number }>(({ name, count, most }) => [
    `the sweeps of \`${name}\` make ${count} variants, and at most ${most} are run`,
    "sweep fewer values, or let sweeps go in step: `sweep size [4, 8]` and `sweep size [8, 16]`",
  ]),
  L2R0415: error<{ kind: string }>(({ kind }) => [
    `${kind} is not swept: one of them computes everything`,
    "write one value, and run the spec again with another",
  ]),
  L2R0416: error<{ plugin: string; message: string; about?: string }>(({ plugin, message, about }) => [
    `\`${plugin}\` refuses this: ${message}`,
    about ? `it is: ${about}` : "change the options that this is about, or leave one of them out",
  ]),
  L2R0417: error<{ left: string; right: string; owner: string }>(({ left, right, owner }) => [
    `${owner} takes \`${left}\` or \`${right}\`, not both`,
    "leave one of them out",
  ]),

  // 05: experiments
  L2R0501: error<{ data: string; task: string; near?: string; names: readonly string[] }>(
    ({ data, task, near, names }) => [
      `\`${data}\` has no task \`${task}\``,
      choose(near, "its tasks are", names, "it has no tasks at all"),
    ],
  ),
  L2R0502: error<{ task: string }>(({ task }) => [
    `the task \`${task}\` comes twice in this stream`,
    "remove one; a stream visits every task once",
  ]),
  L2R0503: error<{ library: string; stream: string; tasks: readonly string[] }>(({ library, stream, tasks }) => [
    `the library \`${library}\` has no adapter for ${quoted(tasks)} of the stream \`${stream}\``,
    "give every task of the stream an adapter",
  ]),
  L2R0504: warning<{ library: string; stream: string; task: string; near?: string }>(
    ({ library, stream, task, near }) => [
      `\`${task}\` in the library \`${library}\` is not a task of the stream \`${stream}\``,
      near ? `did you mean \`${near}\`?` : "its entry has no effect; remove it or correct the name",
    ],
  ),
  L2R0505: error<{ name: string }>(({ name }) => [`\`${name}\` is listed twice`, "remove one"]),
  L2R0506: error<{ name: string }>(({ name }) => [
    `the experiment \`${name}\` has no rows`,
    "list routers under `routers`, compositions under `compositions`, bounds under `bounds`, or some of these",
  ]),
  L2R0507: error<{ name: string; near?: string; names: readonly string[]; is?: string }>(
    ({ name, near, names, is }) => [
      is ? `\`${name}\` is ${is}, and rows are compared` : `\`${name}\` is not a row of this experiment`,
      choose(near, "its rows are", names, "list it under `routers`, `compositions` or `bounds`"),
    ],
  ),
  L2R0508: error<{ name: string }>(({ name }) => [`\`${name}\` is compared with itself`, "name another row"]),
  L2R0509: error<{ row: string; policy: string; reason: string; help?: string }>(({ row, policy, reason, help }) => [
    `there is no row \`${row}.${policy}\`: ${reason}`,
    help ?? `write \`${row}\`, or change its \`head\``,
  ]),
  L2R0510: warning<{ router: string; adapter: string; unserved: Unserved }>(({ router, adapter, unserved }) => [
    `\`${router}\` can't serve the modules of \`${adapter}\`: ${unservedFor[unserved].why}`,
    'its row will say "not defined" there',
  ]),
  L2R0511: error<{ router: string; unserved: Unserved }>(({ router, unserved }) => [
    `\`${router}\` can serve none of these adapters: ${unservedFor[unserved].why}`,
    unservedFor[unserved].help,
  ]),
  L2R0512: error<{ router: string; names: readonly string[] }>(({ router, names }) => [
    `\`${router}\` needs a memory`,
    names.length > 0
      ? `say which with \`memory: ...\`: ${quoted(names)}`
      : "declare one, e.g. `memory few = random { per_class: 5 }`, and say `memory: few`",
  ]),
  L2R0513: error<{ tasks: readonly string[] }>(({ tasks }) => [
    `this order lacks ${quoted(tasks)}`,
    "an order names every task of the stream once",
  ]),
  L2R0514: error<{ count: number; most: number; tasks?: number }>(({ count, most, tasks }) => [
    `${count} shuffled ${count === 1 ? "order is" : "orders are"} too many${tasks === undefined ? "" : ` for ${tasks} ${tasks === 1 ? "task" : "tasks"}`}`,
    most === 0
      ? "there is no order besides `written` and `reversed`"
      : `there are at most ${most} besides \`written\` and \`reversed\``,
  ]),
  L2R0516: error<{ task: string; near?: string; names: readonly string[] }>(({ task, near, names }) => [
    `\`${task}\` is no task of this stream`,
    choose(near, "its tasks are", names, "it has no tasks at all"),
  ]),
  L2R0520: warning<{ name: string; kind: string }>(({ name, kind }) => [
    `\`${name}\` is not used`,
    kind === "use"
      ? "no declaration is made of a plugin that it brings; remove the line"
      : `it is ${kind} that no experiment needs; remove it, or list it`,
  ]),
  L2R0521: warning<{ left: string; right: string; memories: readonly string[] }>(({ left, right, memories }) => [
    `\`${right}\` can't differ from \`${left}\`: both are the same plugin with the same options${memories.length > 0 ? `, and the memories ${memories.map((name) => `\`${name}\``).join(" and ")} are alike too` : ""}`,
    "change an option, or take one of them out",
  ]),
  L2R0522: warning<{ memory: string; kept: number; there: number; of: "class" | "task" | "stream"; task: string }>(
    ({ memory, kept, there, of, task }) => [
      `\`${memory}\` keeps ${kept} examples${of === "stream" ? "" : ` of a ${of}`}, and ${{ stream: `all tasks together have ${there}`, task: `\`${task}\` has ${there}`, class: `no class of \`${task}\` has more than ${there}` }[of]}`,
      "a memory that holds everything is no limit; keep fewer",
    ],
  ),
  L2R0523: warning<{ left: string; right: string; label: string }>(({ left, right, label }) => [
    `\`${left}\` and \`${right}\` share the label \`${label}\`, and class-incrementally these are two classes`,
    "write `scenario: domain_incremental` if the tasks have the same classes, or rename the labels",
  ]),
  L2R0524: warning<{ examples: number; points: number }>(({ examples, points }) => [
    `with ${examples} test examples, this comparison finds differences of about ${points} points and more`,
    "take more test examples, or read the result as what it is",
  ]),
  L2R0525: error<{ data: string; reason: string; help?: string }>(({ data, reason, help }) => [
    `the data of \`${data}\` can't be read: ${reason}`,
    help ?? "correct the place or the options of this declaration",
  ]),
  L2R0526: warning<{ router: string; why: string }>(({ router, why }) => [
    `\`mix\` of \`${router}\` has no effect: ${why}`,
    "take it out; it says how parameters of low-rank modules are averaged",
  ]),
  L2R0527: warning<{ router: string; stream: string }>(({ router, stream }) => [
    `\`${router}\` is told the task of every text, which the other routers on \`${stream}\` have to find`,
    "list it under `bounds`, or write `scenario: task_incremental` in the stream",
  ]),
  L2R0528: warning<{ row: string; kind: "router" | "probe" }>(({ row, kind }) =>
    kind === "router"
      ? [
          `\`${row}\` reads no memory: nothing of it is fitted on one, and its heads are kept`,
          "take `memory` out, or change what it is fitted on or its `head`",
        ]
      : [
          `\`${row}\` reads no memory: its statistics come from all training data`,
          "take `memory` out, or write `statistics: memory`",
        ],
  ),
  L2R0529: warning<{ left: string; right: string }>(({ left, right }) => [
    `\`${right}\` can't differ from \`${left}\` but in rounding: on low-rank modules the average of products is the average of outputs`,
    "write `mix: factors`, add an adapter that is not low-rank, or take one of them out",
  ]),
  L2R0530: error(() => [
    "`scenario` is about classes, and the head of this stream is `text`",
    "take it out: no row is told the task, unless it says so, and an answer counts by its words",
  ]),
  L2R0531: error(() => [
    "`answers` says how texts are written, and the head of this stream is `classes`",
    "write `head: text`, or take it out",
  ]),
  L2R0532: error<{ measure: string; stream: string; head: string; words: readonly string[] }>(
    ({ measure, stream, head, words }) => [
      `\`${measure}\` is not defined on \`${stream}\`, whose head is \`${head}\``,
      `there ${words.length === 1 ? "is" : "are"} ${quoted(words)}`,
    ],
  ),
  L2R0533: error<{ row: string; stream: string }>(({ row, stream }) => [
    `\`${row}\` scores classes, and the texts of \`${stream}\` are answered in words`,
    "take it out, or leave `head: text` out of the stream",
  ]),
  L2R0534: error<{ row: string; stream: string }>(({ row, stream }) => [
    `\`head\` of \`${row}\` is about heads of classes, and the texts of \`${stream}\` are answered in words`,
    "take it out: what writes has no head beside the backbone's own",
  ]),
  L2R0535: error<{ row: string; stream: string; why: string; help: string }>(({ row, stream, why, help }) => [
    `\`${row}\` needs classes, and the texts of \`${stream}\` are answered in words: ${why}`,
    help,
  ]),
  L2R0536: error<{ name: string; does: string; train: string; earlier: string }>(({ name, does, train, earlier }) => [
    `\`${name}\` ${does} modules that know nothing of each other, and \`${train}\` trains each beside those before it: \`earlier: ${earlier}\``,
    `write \`earlier: absent\` in \`${train}\`, or take \`${name}\` out`,
  ]),
  L2R0537: error<{ adapter: string; train: string; earlier: string }>(({ adapter, train, earlier }) => [
    `\`earlier: ${earlier}\` of \`${train}\` adds up what modules give at a site, and those of \`${adapter}\` are tokens that join a text`,
    `write \`earlier: absent\`, or take an adapter that changes what leaves a layer`,
  ]),
  L2R0538: warning<{ adapter: string; train: string; does: "adds" | "compares"; row?: string }>(
    ({ adapter, train, does, row }) => [
      `\`${row ?? adapter}\` ${does} parameters that start from chance, and by \`${train}\` each module ${row ? `of \`${adapter}\` ` : ""}starts from draws of its own`,
      `write \`initialisation: shared\` in \`${train}\`${row ? ", or combine the updates (`on: updates`)" : ""}`,
    ],
  ),
  L2R0539: error<{ portability: string; stream: string }>(({ portability, stream }) => [
    `\`${portability}\` counts right classes, and the texts of \`${stream}\` are answered in words`,
    "take a stream whose head is `classes`",
  ]),
  L2R0540: error<{ row: string; stream: string; why: string; free?: readonly string[] }>(
    ({ row, stream, why, free = [] }) => [
      `\`${row}\` must be told where a task ends, and the boundaries of \`${stream}\` are unknown: ${why}`,
      `leave \`boundaries: unknown\` out, or take \`${row}\` out${free.length > 0 ? `; strategies that need no boundaries: ${quoted(free)}` : ""}`,
    ],
  ),
  L2R0541: error<{ row: string; stream: string; memory?: string }>(({ row, stream, memory }) => [
    memory === undefined
      ? `\`${row}\` needs a memory that is kept along \`${stream}\`, and none is declared`
      : `\`${row}\` remembers \`${memory}\`, which draws from each task by itself, and the boundaries of \`${stream}\` are unknown`,
    "take a memory that is kept along the stream: `reservoir { capacity: 100 }`, or `ring`",
  ]),
  L2R0542: error(() => [
    "`blur` says how tasks go over into each other, and here each ends before the next begins",
    "write `boundaries: unknown`, or take it out",
  ]),
  L2R0543: error(() => [
    "under `task_incremental` rows are told the task of every test text, and under `boundaries: unknown` nobody knows it",
    "write `class_incremental` or `domain_incremental`, or leave `boundaries: unknown` out",
  ]),
  L2R0544: error<{ row: string; memory?: string; stream: string }>(({ row, memory, stream }) => [
    `\`${row}\` ${memory ? `reads the memory \`${memory}\`, whose samples are` : "replays samples, which are"} texts with answers that a model writes, and \`${stream}\` chooses among classes`,
    "write `head: text` in the stream, or take what keeps training examples, such as `random` and `er`",
  ]),
  L2R0545: error<{ stream: string; why: string; help: string }>(({ stream, why, help }) => [
    `\`forward_transfer\` is not defined on \`${stream}\`: ${why}`,
    help,
  ]),
  L2R0550: error<{ family: string; names: readonly string[] }>(({ family, names }) => [
    `\`${family}\` makes no network from nothing that writes texts`,
    names.length > 0 ? `there ${names.length === 1 ? "is" : "are"} ${quoted(names)}` : "no backbone plugin does",
  ]),
  L2R0551: error(() => [
    "a model that goes on from another has the family and the sizes of that one",
    "take `family` and `size` out, or `from`",
  ]),
  L2R0552: error(() => [
    "there are no experts beside which fresh ones could be inserted",
    "say with `from` which model they are for, or how many `experts` its `size` has",
  ]),
  L2R0553: error<{ train: string; option: string; word: string }>(({ train, option, word }) => [
    `\`${option}: ${word}\` of \`${train}\` is about the modules of tasks, and a language model is trained here`,
    `leave \`${option}\` out, or take another train`,
  ]),
  L2R0554: warning<{ left: string; right: string }>(({ left, right }) => [
    `the perplexities of \`${left}\` and \`${right}\` count other pieces: their vocabularies were made apart`,
    "let one go on from the other (`from`), or give both the same `texts` and the same `size`",
  ]),

  // 06: the plan
  L2R0600: error<{ problem: string; help: string }>(({ problem, help }) => [problem, help]),

  // 07: the command line
  L2R0701: error<{ name: string; near?: string; names: readonly string[] }>(({ name, near, names }) => [
    `nothing is called \`${name}\``,
    choose(near, "there are", names, "the file declares nothing"),
  ]),
  L2R0702: error(() => [
    "this sets nothing",
    "it reads `--set low_rank.rank=16`, or `--set low_rank.rank=4,8` for a sweep",
  ]),
  L2R0703: error<{ found: string }>(({ found }) => [
    `the value can't be read at \`${found}\``,
    "write it as in a spec, a text in quotes: --set 'intents.text=\"the text\"'",
  ]),
  L2R0704: error<{ name: string; kind: string }>(({ name, kind }) => [
    `\`${name}\` is ${kind}, and only the place of a backbone or of data is set by its name alone`,
    `name an option: \`--set ${name}.option=value\``,
  ]),
  L2R0705: error<{ pattern: string; near?: string; names: readonly string[] }>(({ pattern, near, names }) => [
    `\`${pattern}\` fits no experiment, study, portability, adapter, row, model, transfer or backbone`,
    choose(near, "there are", names, "there is none"),
  ]),
  L2R0706: error<{ kind: string; name?: string; what?: string }>(({ kind, name, what }) => [
    name === undefined ? `no ${kind} is left` : `the ${kind} \`${name}\` is left without ${what}`,
    "take a pattern back",
  ]),
} as const

export type Code = keyof typeof catalogue
type HolesOf<C extends Code> = (typeof catalogue)[C] extends Rule<infer Holes> ? Holes : never

/** Longer pieces of a source or of a plugin are cut in a message. */
const LONGEST = 200
/** Whole sentences, which a plugin, a data source or the plan has said. */
const SENTENCES: Readonly<Record<string, number>> = { reason: 1000, problem: 1000, help: 1000 }
const clipped = (hole: unknown, most: number): unknown => {
  if (typeof hole === "string") return hole.length > most ? `${hole.slice(0, most)}...` : hole
  return Array.isArray(hole) ? hole.map((each) => clipped(each, most)) : hole
}

/** Makes a diagnostic of the catalogue. */
export const diagnose = <C extends Code>(
  code: C,
  span: Span,
  holes: HolesOf<C>,
  more: Pick<Diagnostic, "related" | "fix" | "about"> = {},
): Diagnostic => {
  const { severity, say } = catalogue[code] as Rule<HolesOf<C>>
  const short: Record<string, unknown> = {}
  for (const name in holes)
    short[name] = clipped(holes[name], Object.hasOwn(SENTENCES, name) ? SENTENCES[name] : LONGEST)
  const [message, help] = say(short as HolesOf<C>)
  return { code, severity, message, ...(help === undefined ? {} : { help }), span, ...more }
}
