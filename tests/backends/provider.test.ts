/** Execution providers: one that is not here is an error that says what it needs; each is part of the numeric profile. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { listSupportedBackends } from "onnxruntime-node"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import { mustStart, PROVIDERS, ProviderMissing } from "../../plugins/backends/onnxruntime/provider.ts"

const offered = listSupportedBackends().map(({ name }) => name)
const options = { threads: 1, weights: "float32" } as const

for (const provider of PROVIDERS.filter((name) => !offered.includes(name)))
  test(`${provider} is not part of onnxruntime here`, async () => {
    await assert.rejects(onnxruntime.open({ ...options, provider }), (error: ProviderMissing) => {
      assert.match(error.message, new RegExp(`provider "${provider}" does not start on this machine: .* has cpu`))
      assert.match(error.help, /needs (macOS|Windows|Linux|a graphics card).*; or leave the option out/)
      return true
    })
  })

test("one that is part of it but does not start says why, and what it needs", async () => {
  const create = () => Promise.reject(new Error("place.cc:12\nno adapters\n"))
  await assert.rejects(mustStart("webgpu", ["cpu", "webgpu"], create), {
    name: "ProviderMissing",
    message: 'backend onnxruntime: provider "webgpu" does not start on this machine: no adapters',
    help: /a driver of Vulkan/,
  })
})

test("the provider is part of the numeric profile", () => {
  for (const provider of PROVIDERS) assert.equal(onnxruntime.profile({ ...options, provider }).provider, provider)
})

const page = readFileSync(new URL("../../docs/backends.md", import.meta.url), "utf8")
for (const provider of PROVIDERS)
  test(`docs/backends.md has what ${provider} needs, and says whether it was run`, () => {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${provider}\` |`))
    assert.ok(row, "a row of its own")
    if (provider === "cpu") return assert.doesNotMatch(row, /not run/)
    const { help } = new ProviderMissing(provider, "any")
    const needs = /needs (.*); or leave the option out/.exec(help)?.[1] as string
    assert.ok(row.includes(`| ${needs} |`), `${row} lacks ${needs}`)
    assert.match(row, /\*\*not run\*\*/)
  })

test("docs/backends.md shows the error of a provider that is missing as it is", () => {
  const error = new ProviderMissing("coreml", "onnxruntime for this platform has cpu, webgpu, cuda, tensorrt")
  assert.ok(page.replaceAll("\r\n", "\n").includes(`${error.message}\n  ${error.help}\n`))
})
