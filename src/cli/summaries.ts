/** One line for each verb, in the order of `l2r help`, which loads nothing else. */
export const summaries = {
  init: "write a spec or a plugin to begin with",
  check: "find every problem of a spec at once",
  fmt: "write specs in their canonical form",
  fix: "rewrite specs of older language versions in the current one",
  plan: "list the steps of a run: cached or not, estimated seconds and bytes",
  graph: "draw the steps of a run as a Mermaid or DOT diagram",
  run: "train, route, compare: run a spec and write its report",
  report: "print the tables of a results.json again and write report.html and matrix.csv",
  explain: "explain a diagnostic by its code, a kind of declaration, a plugin, or a word of the language",
  plugins: "list plugins, or the options of one",
  schema: "print the options of plugins as JSON Schema",
  ast: "print the tree of a spec as JSON",
  docs: "write the reference manual as Markdown and HTML",
  completion: "print a completion script for a shell",
  data: "write the tasks of a stream as JSON Lines",
  distil: "make a small backbone from a teacher's sentence embeddings",
  lsp: "the language server that editors talk to, over standard input and output",
  playground: "write a spec in the browser, with errors, completion and hover",
  model: "say what a checkpoint is, and what may be attached to it",
  module:
    "write a trained module for PEFT, as ONNX or folded into its backbone, say what a PEFT folder holds, or list the modules that are like one",
} as const
