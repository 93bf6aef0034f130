/** Execution providers: one that is not here is an error that says what it needs; each is part of the numeric profile. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { listSupportedBackends } from "onnxruntime-node"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import { mustStart, PROVIDERS, type ProviderMissing } from "../../plugins/backends/onnxruntime/provider.ts"

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
