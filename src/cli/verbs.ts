/** The verbs, in the order of `l2r help`; each is loaded when it is called. */
import type { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

const loaders: Readonly<Record<keyof typeof summaries, () => Promise<{ readonly default: Verb }>>> = {
  init: () => import("./init.ts"),
  check: () => import("./check.ts"),
  fmt: () => import("./fmt.ts"),
  fix: () => import("./fix.ts"),
  plan: () => import("./plan.ts"),
  graph: () => import("./graph.ts"),
  run: () => import("./run.ts"),
  report: () => import("./report.ts"),
  explain: () => import("./explain.ts"),
  plugins: () => import("./plugins.ts"),
  schema: () => import("./schema.ts"),
  ast: () => import("./ast.ts"),
  docs: () => import("./docs.ts"),
  completion: () => import("./completion.ts"),
  data: () => import("./data.ts"),
  pretrain: () => import("./pretrain.ts"),
  distil: () => import("./distil.ts"),
  lsp: () => import("./lsp.ts"),
  playground: () => import("./playground.ts"),
  model: () => import("./model.ts"),
  module: () => import("./module.ts"),
}

export const verbs: Readonly<Record<string, () => Promise<{ readonly default: Verb }>>> = loaders
