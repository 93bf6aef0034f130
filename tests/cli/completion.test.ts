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
const commands = commandsOf({
  check: verb("check SPEC [--format text|json] [--data]", {
    format: { type: "string", what: "text, or json: [both]" },
    data: { type: "boolean", what: "read the data" },
  }),
  run: verb("run SPEC [--out DIR]", { out: { type: "string", what: "the report's folder" } }),
  completion: verb("completion bash|zsh|fish"),
})

test("words of flags and verbs are read from the usage", () => {
  assert.deepEqual(
    commands.map(({ words, flags }) => [words, ...flags.map(({ values }) => values)]),
    [[[], ["text", "json"], []], [[], []], [["bash", "zsh", "fish"]]],
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
