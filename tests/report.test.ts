/** The three dialects of JUnit that the suite's runner counts, as the runtimes write them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { readReport } from "./report.mjs"

const source = `
const skip = process.platform === "win32" && "needs a terminal"
test("adds", () => {})
test("breaks", () => {})
test("waits", { skip: true && "no network" }, () => {})
test("draws", { skip }, () => {})
describe("group", () => { it("inner", () => {}) })
`
const files = [{ file: "tests/a.test.ts", source }]
const expected = [
  ["adds", "passed", undefined],
  ["breaks", "failed", undefined],
  ["waits", "skipped", "no network"],
  ["draws", "skipped", "needs a terminal"],
  ["group > inner", "passed", undefined],
]

test("Node: nested suites, reasons told", () => {
  const xml = `<testsuites>
	<testcase name="adds" time="0.1" classname="test" file="/somewhere/tests/a.test.ts"/>
	<testcase name="breaks" time="0.1" classname="test" file="/somewhere/tests/a.test.ts" failure="1 !== 2">
		<failure type="testCodeFailure" message="1 !== 2">cause: &lt;testcase name="no test"/></failure>
	</testcase>
	<testcase name="waits" time="0" classname="test" file="/somewhere/tests/a.test.ts"><skipped type="skipped" message="no network"/></testcase>
	<testcase name="draws" time="0" classname="test" file="/somewhere/tests/a.test.ts"><skipped type="skipped" message="needs a terminal"/></testcase>
	<testsuite name="group" tests="1"><testcase name="inner" time="0" classname="group" file="/somewhere/tests/a.test.ts"/></testsuite>
</testsuites>`
  assert.deepEqual(shown(readReport("node", xml, files)), expected)
})

test("Bun: no reasons", () => {
  const xml = `<testsuites name="bun test" tests="5"><testsuite name="tests/a.test.ts" file="tests/a.test.ts">
    <testcase name="adds" classname="" time="0.1" file="tests/a.test.ts" line="3" assertions="0" />
    <testcase name="breaks" classname="" time="0.1" file="tests/a.test.ts" line="4"><failure type="AssertionError" message="&quot;1&quot;">at a</failure></testcase>
    <testcase name="waits" classname="" time="0" file="tests/a.test.ts" line="5"><skipped /></testcase>
    <testcase name="draws" classname="" time="0" file="tests/a.test.ts" line="6"><skipped /></testcase>
    <testsuite name="group"><testcase name="inner" classname="group" time="0" file="tests/a.test.ts" line="7" /></testsuite>
  </testsuite></testsuites>`
  assert.deepEqual(shown(readReport("bun", xml, files)), expected)
})

test("Deno: a suite is no test of its own, and its parts have no file", () => {
  const xml = `<testsuites name="deno test" tests="6"><testsuite name="./tests/a.test.ts">
        <testcase name="adds" classname="./tests/a.test.ts" time="0.1" line="3" col="1">
        </testcase>
        <testcase name="breaks" classname="./tests/a.test.ts" time="0.1"><failure message="Uncaught">1 &gt; 2</failure></testcase>
        <testcase name="waits" classname="./tests/a.test.ts" time="0"><skipped/></testcase>
        <testcase name="draws" classname="./tests/a.test.ts" time="0"><skipped/></testcase>
        <testcase name="group" classname="./tests/a.test.ts" time="0"></testcase>
    </testsuite><testsuite name="ext:deno_node/testing.ts">
        <testcase name="group &gt; inner" classname="ext:deno_node/testing.ts" time="0" line="1" col="1"></testcase>
    </testsuite></testsuites>`
  assert.deepEqual(shown(readReport("deno", xml, files)), expected)
})

test("what a failure says is kept, in each dialect", () => {
  const said = (kind: "node" | "bun" | "deno", failure: string) =>
    readReport(kind, `<testcase name="breaks" file="tests/a.test.ts">${failure}</testcase>`, files)[0]?.cause
  assert.equal(said("node", `<failure message="1 !== 2">[1 !== 2] at a</failure>`), "1 !== 2\n[1 !== 2] at a")
  assert.equal(said("bun", `<failure type="AssertionError" message="&quot;1&quot;">at a</failure>`), `"1"\nat a`)
  assert.equal(said("deno", `<failure message="Uncaught">1 &gt; 2\n\n    at b</failure>`), "Uncaught\n1 > 2\n    at b")
})

test("a test whose name is made while it runs has the reason of its file", () => {
  const xml = `<testcase name="case 7" file="tests/a.test.ts"><skipped /></testcase>`
  assert.equal(readReport("bun", xml, files)[0]?.reason, "needs a terminal")
})

test("Node: a file without tests is none, unless it failed", () => {
  const file = (inner: string) =>
    `<testcase name="tests/a.test.ts" file="/somewhere/tests/a.test.ts">${inner}</testcase>`
  assert.deepEqual(readReport("node", file(""), files), [])
  assert.equal(readReport("node", file(`<failure message="exit code 1"/>`), files).length, 1)
})

test("Deno: a file that cannot be loaded fails under its own name, whatever loads it", () => {
  const xml = `<testcase name="tests/a.test.ts" classname="./all.test.js"><failure message="Uncaught">no module</failure></testcase>`
  assert.equal(readReport("deno", xml, files)[0]?.file, "tests/a.test.ts")
})

test("nothing written is no test", () => {
  assert.deepEqual(readReport("node", "", files), [])
})

function shown(tests: ReturnType<typeof readReport>): unknown[] {
  assert.ok(tests.every(({ file }) => file === "tests/a.test.ts"))
  return tests.map(({ name, outcome, reason }) => [name, outcome, reason])
}
