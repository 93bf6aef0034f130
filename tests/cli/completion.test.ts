/** Completion scripts: bash completes by them; zsh and fish read them where they are installed. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { commandsOf, scripts } from "../../src/cli/completion_scripts.ts"
import type { Verb } from "../../src/cli/verb.ts"

const verb = (usage: string, flags: Verb["flags"] = {}): Verb => ({
  summary: `it's [${usage.split(" ")[0]}]: "a" $verb`,
  usage,
  words: [0, 9],
  flags,
  run: async () => 0,
})
const verbs = {
  check: verb("check SPEC [--format text|json] [--data]", {
    format: { type: "string", what: "text, or json: [both]" },
    data: { type: "boolean", what: "read the data" },
  }),
  run: verb("run SPEC [--out DIR] [--only NAME]", {
    out: { type: "string", what: "the report's folder" },
    only: { type: "string", names: true, what: "run these alone" },
  }),
  completion: verb("completion bash|zsh|fish"),
  explain: {
    ...verb("explain CODE | KIND [NAME]"),
    proposes: [
      ["L2R0401", "router"],
      ["arrow", "lora"],
    ],
  },
}
const commands = commandsOf(verbs, ["oracle"])

test("words of flags and verbs are read from the usage", () => {
  assert.deepEqual(
    commands.map(({ words, flags }) => [words, ...flags.map(({ values }) => values)]),
    [
      [[], ["text", "json"], []],
      [[], [], ["oracle"]],
      [[["bash", "zsh", "fish"]]],
      [
        [
          ["L2R0401", "router"],
          ["arrow", "lora"],
        ],
      ],
    ],
  )
})

const has = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0
const without = (shell: string) => ({ skip: !has(shell) && `${shell} is not installed` })

/** What bash proposes for the last of these words. */
const proposed = (...words: string[]): readonly string[] => {
  const script = `${scripts.bash(commands)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_l2r
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: import.meta.dirname })
  assert.equal(status, 0, stderr)
  return stdout.split("\n").filter((line) => line !== "")
}

test("bash completes verbs, flags, their words, and files", without("bash"), () => {
  assert.deepEqual(proposed("l2r", "c"), ["check", "completion"])
  assert.deepEqual(proposed("l2r", "check", "--"), ["--format", "--data", "--help"])
  assert.deepEqual(proposed("l2r", "check", "--format", ""), ["text", "json"])
  assert.deepEqual(proposed("l2r", "check", "script"), ["scripts.test.ts", "script.ts"].sort().reverse())
  assert.deepEqual(proposed("l2r", "run", "--out", "tin"), ["tiny"])
  assert.deepEqual(proposed("l2r", "completion", "z"), ["zsh"])
  assert.deepEqual(proposed("l2r", "help", "r"), ["run"])
  assert.deepEqual(proposed("l2r", "check", "--f"), ["--format"])
  assert.deepEqual(proposed("l2r", "explain", "L2R"), ["L2R0401"])
  assert.deepEqual(proposed("l2r", "explain", "router", ""), ["arrow", "lora"])
  assert.deepEqual(proposed("l2r", "run", "tiny/spec.l2r", "--only", "l"), ["low_rank", "learnt"])
  assert.deepEqual(proposed("l2r", "run", "--only", "o"), ["oracle"])
})

test("zsh can read its script", without("zsh"), () => {
  const { status, stderr } = spawnSync("zsh", ["-n", "-c", scripts.zsh(commands)], { encoding: "utf8" })
  assert.equal(status, 0, stderr)
})

test("fish can read its script", without("fish"), () => {
  const { status, stderr } = spawnSync("fish", ["-n", "-c", scripts.fish(commands)], { encoding: "utf8" })
  assert.equal(status, 0, stderr)
})

test("every verb and flag stands in every script, quoted", () => {
  for (const [shell, script] of Object.entries(scripts)) {
    const made = script(commands)
    for (const word of ["check", "run", "completion", "format", "data", "out", "help"])
      assert.ok(made.includes(word), `${shell}: ${word}`)
  }
  assert.match(scripts.fish(commands), /-l out -r -d 'the report'\\''s folder'/)
  assert.match(scripts.zsh(commands), /'--format\[text, or json\\: \(both\)\]:value:\(text json\)'/)
})
