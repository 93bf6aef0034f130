/** Memory: what a step is fed and gives is let go, and so is a session that is released. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Session } from "../../src/plugin/index.ts"
import * as t from "../../src/tensor/index.ts"
import { onOnnxruntime } from "../tensor/run.ts"

const MEGABYTE = 2 ** 20
const resident = (): number => process.memoryUsage().rss / MEGABYTE

/** Megabytes that the process has grown by while something was done so many times, after as many times again to warm up. */
const growth = async (times: number, once: (i: number) => Promise<unknown>): Promise<number> => {
  for (let i = 0; i < times / 4; i++) await once(i)
  const before = resident()
  for (let i = 0; i < times; i++) await once(i)
  return resident() - before
}

test("steps leave nothing behind", async () => {
  const size = 2 ** 17
  const x = t.parameter("x", ["n"])
  const loss = t.sum(t.mul(x, x))
  const session = await (await onOnnxruntime()).compile(t.program({ loss, gradient: t.grad(loss, [x])[0] }))
  const data = new Float32Array(size)
  const grown = await growth(800, () => session.run({ x: { shape: [size], data } }))
  await session.release()
  assert.ok(grown < 160, `${grown} MB more after 800 steps that give ${(800 * size * 4) / MEGABYTE} MB`)
})

test("a session that is released gives its weights back", async () => {
  const engine = await onOnnxruntime()
  const side = 1024
  const data = new Float32Array(side * side).fill(1)
  /** Still reachable, so that no finaliser does what `release` is for. */
  const held: Session[] = []
  const y = t.matmul(t.input("x", ["n", side]), t.weight("W", { shape: [side, side], data }))
  const grown = await growth(60, async () => {
    const session = await engine.compile(t.program({ y }))
    held.push(session)
    await session.release()
  })
  assert.ok(grown < 100, `${grown} MB more after 60 sessions that hold ${(60 * side * side * 4) / MEGABYTE} MB`)
})
