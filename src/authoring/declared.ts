/** Declarations as TypeScript values: `lora("low_rank", { rank: 8 })` is what `adapter low_rank = lora { rank: 8 }` is in a file. */

import type { CoreKind, Kind } from "../../dsl/kinds.ts"
import type { Comparison, DeclarationNode, Setting } from "../../dsl/syntax/ast.ts"
import type { coreOptions } from "../plan/options/core_options.ts"
import type { Member, Plugin, Schema } from "../plugin/index.ts"
import type { Declared } from "./declaration.ts"
import { checkedName, namedIn, nameNode, nowhere, type Sweep, valueNode } from "./values.ts"

export type { Declared } from "./declaration.ts"

/** A value, or several one after another. A name of a declaration is given as that declaration. */
export type Given<T> = Named<T> | Sweep<Named<T>>
type Named<T> = [T] extends [readonly Member[]] ? readonly Declared<"adapter">[] : string extends T ? T | Declared : T

type Decoded<P> = P extends { readonly options: Schema.Codec<infer O, infer _> } ? O : never
type Core<P> = P extends { readonly kind: infer K extends keyof typeof coreOptions }
  ? (typeof coreOptions)[K]["Encoded"]
  : unknown
type Every<P> = Decoded<P> & Core<P>

/** The options of a plugin as its schema has them. What it can't do without, the checker says. */
export type OptionsOf<P> = { readonly [K in keyof Every<P>]?: Given<Exclude<Every<P>[K], undefined>> }

type Located = "backbone" | "data"

/** Declares by a plugin; a backbone and data may say where they are found. */
export type Builder<P extends Plugin> = P["kind"] extends Located
  ? (
      name: string,
      ...more: [location?: string, options?: OptionsOf<P>] | [options?: OptionsOf<P>]
    ) => Declared<P["kind"]>
  : (name: string, options?: OptionsOf<P>) => Declared<P["kind"]>

interface Made {
  readonly plugin?: string
  readonly alias?: string
  readonly location?: string
  readonly options?: object
  readonly comparisons?: readonly Comparison[]
  readonly needs?: readonly Declared[]
  readonly use?: Declared["use"]
}

/** Throws TypeError where a name or a value has no form in the language. */
export const declare = <K extends Kind>(kind: K, name: string, made: Made): Declared<K> => {
  const { plugin, alias, location, options = {}, comparisons = [], needs = [], use } = made
  const settings = Object.entries(options).flatMap(([key, value]): Setting[] =>
    value === undefined ? [] : [{ key: nameNode(key), value: valueNode(value), span: nowhere }],
  )
  const node: DeclarationNode = {
    keyword: nameNode(kind),
    kind,
    name: nameNode(checkedName(name)),
    ...(plugin === undefined ? {} : { plugin: nameNode(plugin) }),
    ...(alias === undefined ? {} : { alias: nameNode(alias) }),
    ...(location === undefined ? {} : { location: nameNode(location) }),
    settings,
    comparisons,
    headerBroken: false,
    bodyBroken: false,
    span: nowhere,
  }
  return { kind, name, node, needs: [...namedIn(options), ...needs], ...(use ? { use } : {}) }
}

/** The builder of a plugin that ships. */
export const builder = <P extends Plugin>(kind: P["kind"], plugin: string): Builder<P> =>
  ((name: string, ...more: readonly unknown[]) => {
    const location = typeof more[0] === "string" ? more[0] : undefined
    const options = more.find((each) => typeof each === "object") as object | undefined
    return declare(kind, name, { plugin, location, options })
  }) as Builder<P>

/** The plugins of a file or a package: `use("./my_router.ts", "mine")("router", "nearest_class")("own", { ... })`. */
export const use =
  (source: string, alias: string) =>
  <K extends Exclude<Kind, CoreKind>>(kind: K, plugin: string) =>
  (name: string, options?: Readonly<Record<string, unknown>>): Declared<K> =>
    declare(kind, name, { plugin, alias: checkedName(alias), options, use: { source, alias } })

/** The declarations of another file: `imported("./shared.l2r")("backbone", "encoder")`. */
export const imported =
  (file: string) =>
  <K extends Kind>(kind: K, name: string): Declared<K> => ({ ...declare(kind, name, {}), from: file })

/** What another declaration is, with other options: `extend(learnt, "merged", { aggregate: "parameters" })`. */
export const extend = <K extends Kind>(
  above: Declared<K>,
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): Declared<K> => declare(above.kind, name, { plugin: above.name, options, needs: [above] })
