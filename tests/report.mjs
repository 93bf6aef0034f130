/**
 * Reads the JUnit files of the three runners into one list of tests. Each writes the format in its own way: Node nests
 * suites and gives reasons, Bun gives no reasons, Deno reports a suite as one more test and its parts under
 * "suite > test" without their file. A missing reason is taken from the source of the test.
 */

/** @typedef {{ file: string, name: string, outcome: "passed" | "failed" | "skipped", reason?: string, cause?: string }} Test */

/**
 * @param {"node" | "bun" | "deno"} kind of runtime
 * @param {string} xml
 * @param {readonly { file: string, source: string }[]} files that ran
 * @returns {Test[]}
 */
export function readReport(kind, xml, files) {
  const cases = [...xml.matchAll(/<testcase\b((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g)]
  const tests = cases.map(([, written, body = ""]) => {
    const attributes = attributesOf(written)
    const name = attributes.name ?? ""
    const last = name.split(" > ").at(-1) ?? name
    const place = attributes.file ?? attributes.classname ?? ""
    const home =
      files.find(({ file }) => place.endsWith(file)) ??
      files.find(({ file, source }) => last === file || source.includes(last))
    const full =
      kind !== "deno" && attributes.classname && attributes.classname !== "test"
        ? `${attributes.classname} > ${name}`
        : name
    const skip = /<skipped\b([^>]*)>/.exec(body)
    const failed = /<(?:failure|error)\b([^>]*)>([\s\S]*)/.exec(body)
    const told = skip === null ? undefined : attributesOf(skip[1]).message
    return {
      file: home?.file ?? place,
      name: full,
      outcome: /** @type {Test["outcome"]} */ (failed !== null ? "failed" : skip === null ? "passed" : "skipped"),
      reason: skip === null ? undefined : (told ?? reasonIn(home?.source ?? "", last)),
      ...(failed === null ? {} : { cause: causeIn(failed[1] ?? "", failed[2] ?? "") }),
    }
  })
  // Deno counts a suite beside its parts, Node a file that holds no test; where these failed, they are failures.
  const names = tests.map(({ name }) => name)
  const counted = {
    node: (name) => !files.some(({ file }) => name.endsWith(file)),
    bun: () => true,
    deno: (name) => !names.some((other) => other.startsWith(`${name} > `)),
  }
  return tests.filter(({ name, outcome }) => outcome === "failed" || counted[kind](name))
}

/** What a failure says: its message and its text, at most some lines of it. @param {string} attributes @param {string} body */
function causeIn(attributes, body) {
  const message = /\bmessage="([^"]*)"/.exec(attributes)?.[1] ?? ""
  const written = unescape(body.replace(/<\/?(failure|error)\b[^>]*>/g, "").replace(/<!\[CDATA\[|\]\]>/g, ""))
  const lines = [...unescape(message).split("\n"), ...written.split("\n")].map((line) => line.trimEnd())
  return [...new Set(lines.filter((line) => line !== ""))].slice(0, 30).join("\n")
}

/** @param {string} text @returns {Record<string, string>} */
function attributesOf(text) {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, unescape(value)]))
}

/** @param {string} text */
function unescape(text) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    decimal
      ? String.fromCodePoint(Number(decimal))
      : hex
        ? String.fromCodePoint(parseInt(hex, 16))
        : (named[name] ?? whole),
  )
}

/**
 * The text that a test's option `skip` carries: `{ skip: condition && "reason" }`, or the constant that it names.
 * @param {string} source @param {string} name
 */
function reasonIn(source, name) {
  const option = "\\b(?:skip|todo)\\b\\s*:?\\s*([^}]*)"
  const quoted = [`"${name}"`, `'${name}'`, `\`${name}\``].find((text) => source.includes(text))
  // A name that is made while the test runs: the reason is that of the file.
  if (quoted === undefined) return sentenceIn(/\b(?:skip|elsewhere)\s*[=:](.{0,300})/s.exec(source)?.[1] ?? "")
  const after = source.slice(source.indexOf(quoted) + quoted.length)
  const written = new RegExp(`^.{0,200}?${option}`, "s").exec(after)?.[1]
  if (written === undefined) return undefined
  const direct = sentenceIn(written)
  if (direct !== undefined) return direct
  const constant = /[\w$]+/.exec(written)?.[0] ?? "skip"
  const named = constant === "true" ? "skip" : constant
  return sentenceIn(new RegExp(`\\b(?:const|let)\\s+${named}\\b[^=]*=(.{0,300})`, "s").exec(source)?.[1] ?? "")
}

/** The first text in quotes that has several words, else the first one. @param {string} code */
function sentenceIn(code) {
  const texts = [...code.matchAll(/(["'`])((?:(?!\1).)+)\1/gs)].map(([, , text]) => text)
  return texts.find((text) => text.includes(" ")) ?? texts[0]
}
