export interface Test {
  readonly file: string
  readonly name: string
  readonly outcome: "passed" | "failed" | "skipped"
  readonly reason?: string
  /** What a failure says. */
  readonly cause?: string
}

export function readReport(
  kind: "node" | "bun" | "deno",
  xml: string,
  files: readonly { readonly file: string; readonly source: string }[],
): Test[]
