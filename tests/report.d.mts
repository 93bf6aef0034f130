export interface Test {
  readonly file: string
  readonly name: string
  readonly outcome: "passed" | "failed" | "skipped"
  readonly reason?: string
}

export function readReport(
  kind: "node" | "bun" | "deno",
  xml: string,
  files: readonly { readonly file: string; readonly source: string }[],
): Test[]
