/** Types of runtimes.mjs, which is JavaScript so that an old Node can read it. */
export type Kind = "node" | "bun" | "deno"
export interface Runtime {
  readonly kind: Kind
  readonly path: string
  readonly version: string
  /** Arguments that come before a script. */
  readonly run: readonly string[]
}
export const root: string
export const oldest: Readonly<Record<Kind, string>>
export const title: Readonly<Record<Kind, string>>
export function current(): Runtime
export function find(kind: Kind): Runtime | undefined
export function isRecent(kind: Kind, version: string): boolean
export function same(a: string, b: string): boolean
