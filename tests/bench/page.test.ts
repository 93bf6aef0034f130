/** The page of benchmarks: rows join those of the same machine, what was measured elsewhere stays, and what a row says of a miss goes with it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Measured, merged } from "./speed/page.ts"
import type { Told } from "./speed/told.ts"

const on = (title: string, run = "Last rows: today."): Measured => ({
  title,
  machine: `Machine: ${title} (fast); versions.`,
  run,
})
const row = (name: string, value: number, more: Partial<Told> = {}): Told => ({
  name,
  ours: `${value} ms`,
  peer: "PyTorch",
  theirs: "1 ms",
  value,
  goal: 0.8,
  ...more,
})
const ORDER = ["first", "second", "third"]
const titles = (page: string) => [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
const rows = (page: string) => [...page.matchAll(/^\| (\w+) .*\| (\S+) \| 0.8 \|/gm)].map(([, ...found]) => found)

test("rows of the same machine join in the order of the table, and the goal that is met is bold", () => {
  const first = merged("", "How.", on("A"), [row("third", 0.9), row("first", 0.5)], ORDER)
  assert.deepEqual(rows(first), [
    ["first", "**0.50**"],
    ["third", "0.90"],
  ])
  const second = merged(
    first,
    "How now.",
    on("A", "Last rows: tomorrow."),
    [row("second", 1), row("third", 0.7)],
    ORDER,
  )
  assert.deepEqual(rows(second), [
    ["first", "**0.50**"],
    ["second", "1.00"],
    ["third", "**0.70**"],
  ])
  assert.match(
    second,
    /^# Benchmarks\n\nHow now\.\n\n## A\n\nMachine: A \(fast\); versions\.\n\nLast rows: tomorrow\.\n\n\| row/,
  )
  assert.doesNotMatch(second, /today|How\./)
})

test("another machine, or other versions, is a section of its own, and leaves the others as they stand", () => {
  const a = merged("", "How.", on("A"), [row("first", 0.9, { profile: "Gemm 50 %" })], ORDER)
  const both = merged(a, "How.", on("B"), [row("first", 0.4)], ORDER)
  assert.deepEqual(titles(both), ["B", "A"])
  assert.ok(both.endsWith(a.slice(a.indexOf("## A"))))
  assert.deepEqual(titles(merged(both, "How.", { ...on("A"), machine: "Machine: A; later" }, [], ORDER)), [
    "A",
    "B",
    "A",
  ])
  const again = merged(both, "How.", on("A"), [row("second", 0.3)], ORDER)
  assert.deepEqual(titles(again), ["A", "B"])
  assert.deepEqual(rows(again), [
    ["first", "0.90"],
    ["second", "**0.30**"],
    ["first", "**0.40**"],
  ])
})

test("a row that misses says where its time goes, until it is measured anew and meets its goal", () => {
  const missed = merged("", "How.", on("A"), [row("first", 0.9, { profile: "Gemm 50 %" })], ORDER)
  assert.match(missed, /^- \*\*first\*\*: Gemm 50 %$/m)
  const joined = merged(missed, "How.", on("A"), [row("second", 0.9, { profile: "Mul 9 %" })], ORDER)
  assert.match(joined, /- \*\*first\*\*: Gemm 50 %\n- \*\*second\*\*: Mul 9 %\n$/)
  const met = merged(joined, "How.", on("A"), [row("first", 0.7, { profile: "Gemm 60 %" })], ORDER)
  assert.doesNotMatch(met, /Gemm/)
  assert.match(met, /- \*\*second\*\*: Mul 9 %/)
})

test("what a row says of accuracies is no part of its name", () => {
  const page = merged("", "How.", on("A"), [row("first", 0.5, { name: "first (accuracy of a LoRA: 94.0 %)" })], ORDER)
  const anew = merged(page, "How.", on("A"), [row("first", 0.6, { name: "first (accuracy of a LoRA: 93.8 %)" })], ORDER)
  assert.doesNotMatch(anew, /94\.0/)
  assert.match(anew, /93\.8/)
})
