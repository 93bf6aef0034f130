/** Runs programs in plain TypeScript and float64: slow, readable, and what the other backends are tested against. */
import { defineBackend, type Engine, NoOptions } from "../../../src/plugin/index.ts"
import { interpret } from "./interpreter.ts"

export default defineBackend({
  name: "reference",
  summary: "Plain TypeScript in float64, without native code; slow, for tests and small models",
  checked: "PyTorch: results and gradients of every operator; central differences",
  options: NoOptions,
  profile: () => ({ backend: "reference", version: "1", provider: "cpu", precision: "float64", threads: 1 }),
  open: async (): Promise<Engine> => ({
    compile: async (program) => ({
      run: async (feeds) => interpret(program, feeds),
      release: async () => {},
    }),
  }),
})
