/** Diagnostics for programs: SARIF for code scanners, workflow commands for GitHub. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, toGithub, toSarif } from "../../dsl/index.ts"
import { vocabulary } from "./vocabulary.fixture.ts"

const files: Readonly<Record<string, string>> = {
  "dir/lib one.l2r": 'language 1\nadapter b = lora { rnak: 1 } # "ü"\nadapter b = lora { rank: 0 }\n',
}
const text = 'language 1\nimport "./lib one.l2r"\nadapter a = lora { größe: 8, alpha: x }\n'
const { diagnostics, texts } = check(text, {
  file: "dir/spec.l2r",
  vocabulary,
  open: (file) => ({ text: files[file] }),
})

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string }
    readonly region: {
      readonly startLine: number
      readonly startColumn: number
      readonly endLine: number
      readonly endColumn: number
    }
  }
}
interface Log {
  readonly version: string
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[]; readonly version: string } }
    readonly results: readonly {
      readonly ruleId: string
      readonly ruleIndex: number
      readonly level: string
      readonly message: { readonly text: string }
      readonly locations: readonly Place[]
      readonly relatedLocations?: readonly Place[]
      readonly fixes?: readonly {
        readonly artifactChanges: readonly {
          readonly replacements: readonly { readonly insertedContent: { readonly text: string } }[]
        }[]
      }[]
    }[]
  }[]
}

test("SARIF names each rule once, and has places, related places and fixes", () => {
  const log = JSON.parse(JSON.stringify(toSarif(diagnostics, texts, "0.0.0"))) as Log
  assert.equal(log.version, "2.1.0")
  const [{ tool, results }] = log.runs
  assert.equal(results.length, diagnostics.length)
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId)
  assert.equal(new Set(tool.driver.rules.map(({ id }) => id)).size, tool.driver.rules.length)
  const [misspelt] = results.filter(({ message }) => message.text.includes("`rnak`"))
  assert.deepEqual(misspelt.locations[0].physicalLocation, {
    artifactLocation: { uri: "dir/lib%20one.l2r" },
    region: { startLine: 2, startColumn: 20, endLine: 2, endColumn: 24 },
  })
  assert.equal(misspelt.level, "error")
  assert.equal(misspelt.fixes?.[0].artifactChanges[0].replacements[0].insertedContent.text, "rank")
  const [twice] = results.filter(({ ruleId }) => ruleId === "L2R0301")
  assert.equal(twice.relatedLocations?.[0].physicalLocation.region.startLine, 2)
  assert.ok(results.some(({ level }) => level === "warning"))
})

test("SARIF names a file whole, whatever letters its name has", () => {
  const file = "dir/what? a #1 50%.l2r"
  const { diagnostics } = check("adapter a = lora { rnak: 8 }\n", { file, vocabulary })
  const log = JSON.parse(
    JSON.stringify(toSarif(diagnostics, { [file]: "adapter a = lora { rnak: 8 }\n" }, "0.0.0")),
  ) as Log
  const { uri } = log.runs[0].results[0].locations[0].physicalLocation.artifactLocation
  assert.equal(uri, "dir/what%3F%20a%20%231%2050%25.l2r")
  assert.equal(decodeURIComponent(new URL(uri, "file:///").pathname), `/${file}`)
})

test("SARIF names files from the root of a disk by URIs of their own", () => {
  const uriOf = (file: string) => {
    const [found] = check("adapter a = lora { rnak: 8 }\n", { file, vocabulary }).diagnostics
    const log = JSON.parse(JSON.stringify(toSarif([found], { [file]: "adapter a = lora { rnak: 8 }\n" }, "0"))) as Log
    return log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri
  }
  assert.equal(uriOf("/specs/a b.l2r"), "file:///specs/a%20b.l2r")
  assert.equal(uriOf("C:\\specs\\a b.l2r"), "file:///C:/specs/a%20b.l2r")
  assert.equal(uriOf("\\\\server\\share\\a.l2r"), "file://server/share/a.l2r")
  assert.equal(uriOf("../odd:name.l2r"), "../odd%3Aname.l2r")
})

test("workflow commands stand on one line each, with what would end them escaped", () => {
  const lines = toGithub(diagnostics, texts).split("\n")
  assert.equal(lines.pop(), "")
  assert.equal(lines.length, diagnostics.length)
  for (const line of lines)
    assert.match(
      line,
      /^::(error|warning|notice) file=dir\/(spec|lib one)\.l2r,line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=L2R\d{4}::./,
    )
  const [odd] = toGithub(
    [
      {
        code: "L2R0000",
        severity: "error",
        message: "50%\r\nand ::more",
        span: { file: "a,b:c.l2r", start: 0, end: 0 },
      },
    ],
    "",
  ).split("\n")
  assert.equal(
    odd,
    "::error file=a%2Cb%3Ac.l2r,line=1,col=1,endLine=1,endColumn=1,title=L2R0000::50%25%0D%0Aand ::more",
  )
})
