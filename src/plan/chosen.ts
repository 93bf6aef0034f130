/** From a declaration to a plugin with decoded options: where defaults come in. */
import { resolve } from "node:path"
import type { Declaration, Span, Spec } from "../../dsl/spec.ts"
import { type Plugin, type PluginKind, Schema } from "../plugin/index.ts"
import { loadPlugin, sourceFile } from "../plugin/load.ts"
import { shippedFile } from "../plugin/registry.ts"
import { codeDigest } from "./code.ts"
import type { Json } from "./step.ts"

/** A plugin in a step: serialisable. `from` is the file URL of a stranger's. */
export interface Chosen {
  readonly plugin: string
  readonly from?: string
  readonly options: Json
}

/** An expected problem that only the plan can find, with its place in the spec. */
export class PlanError extends Error {
  override readonly name = "PlanError"
  readonly help: string
  readonly span?: Span
  constructor(message: string, help: string, span?: Span) {
    super(message)
    this.help = help
    this.span = span
  }
}

/** Where the relative paths of a declaration start: the folder of the file that says where it is found. */
export const folderIn = (directory: string, { folder }: Pick<Declaration, "folder">): string =>
  folder === undefined ? directory : resolve(directory, folder)

export interface Resolved<P extends Plugin = Plugin> {
  readonly plugin: P
  readonly chosen: Chosen
  /** Digest of the plugin's source and of what it imports. */
  readonly code: string
}

/** Loads plugins and decodes options, seen from the spec's folder. */
export class PluginShelf {
  readonly #directory: string
  readonly #uses: ReadonlyMap<string, string>
  readonly #effective: Record<string, Json> = {}

  constructor(spec: Spec, directory: string) {
    this.#directory = directory
    this.#uses = new Map(spec.uses.map(({ alias, source }) => [alias, source]))
  }

  /** Rejects with PlanError where options do not decode, PluginError where the plugin does not load. */
  async take<P extends Plugin>(
    kind: PluginKind,
    declaration: Pick<Declaration, "plugin" | "options"> & Partial<Declaration>,
    without: readonly string[] = [],
  ): Promise<Resolved<P>> {
    const { name, from: alias } = declaration.plugin
    const from = alias === undefined ? undefined : sourceFile(this.#uses.get(alias) as string, this.#directory)
    const plugin = (await loadPlugin(kind, name, from)) as P
    const written = Object.fromEntries(
      Object.entries(declaration.options).filter(([option]) => !without.includes(option)),
    )
    const options = decoded(plugin.options, written, `${kind} "${declaration.name ?? name}"`, declaration.span)
    this.note(kind, declaration.name ?? name, {
      plugin: alias === undefined ? name : `${alias}.${name}`,
      ...(declaration.location === undefined ? {} : { location: declaration.location }),
      options,
    })
    return {
      plugin,
      chosen: { plugin: name, ...(from ? { from } : {}), options },
      code: codeDigest(from ?? (shippedFile(kind, name) as string)),
    }
  }

  /** Adds to what is known of a declaration. */
  note(kind: string, name: string, facts: { readonly [key: string]: Json }): void {
    this.#effective[`${kind} ${name}`] = {
      ...(this.#effective[`${kind} ${name}`] as { readonly [key: string]: Json } | undefined),
      ...facts,
    }
  }

  /** Every declaration that takes part, with its defaults filled in. */
  get effective(): Json {
    return { ...this.#effective }
  }
}

/** Options with defaults, as plain data. */
export const decoded = (schema: Schema.Codec<any, any>, options: unknown, where: string, span?: Span): Json => {
  try {
    return Schema.decodeUnknownSync(schema as Schema.Codec<Json, unknown>)(options, { onExcessProperty: "error" })
  } catch (error) {
    throw new PlanError(
      `${where}: ${(error as Error).message.replace(/\s+/g, " ")}`,
      "see the plugin's options with `l2r plugins`",
      span,
    )
  }
}
