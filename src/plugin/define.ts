/** One function a kind: a plugin file ends in `export default defineRouter({ ... })`. */
import type * as Schema from "effect/Schema"
import type { Adapter } from "./adapter.ts"
import type { Backbone } from "./backbone.ts"
import type { Backend } from "./backend.ts"
import type { Composition } from "./composition.ts"
import type { DataSource } from "./data.ts"
import type { Grouping } from "./grouping.ts"
import type { Memory } from "./memory.ts"
import type { Initials } from "./parameters.ts"
import type { Probe } from "./probe.ts"
import type { Router } from "./router.ts"
import type { Strategy } from "./strategy.ts"
import type { Transfer } from "./transfer.ts"

/** What an author writes: the definition without its kind, with the schema that types the options. */
type Written<D, S> = Omit<D, "kind" | "options"> & { readonly options: S }
type OptionsOf<S> = S extends Schema.Codec<infer O, any> ? O : never
type AnySchema = Schema.Codec<any, any>

export const defineAdapter = <S extends AnySchema, P extends Initials>(
  adapter: Written<Adapter<OptionsOf<S>, P>, S>,
): Adapter<OptionsOf<S>, P> => ({ kind: "adapter", ...adapter }) as never
export const defineRouter = <S extends AnySchema, P extends Initials = Initials>(
  router: Written<Router<OptionsOf<S>, P>, S>,
): Router<OptionsOf<S>, P> => ({ kind: "router", ...router }) as never
export const defineBackbone = <S extends AnySchema>(
  backbone: Written<Backbone<OptionsOf<S>>, S>,
): Backbone<OptionsOf<S>> => ({ kind: "backbone", ...backbone }) as never
export const defineBackend = <S extends AnySchema>(backend: Written<Backend<OptionsOf<S>>, S>): Backend<OptionsOf<S>> =>
  ({ kind: "backend", ...backend }) as never
export const defineComposition = <S extends AnySchema>(
  composition: Written<Composition<OptionsOf<S>>, S>,
): Composition<OptionsOf<S>> => ({ kind: "composition", ...composition }) as never
export const defineData = <S extends AnySchema>(data: Written<DataSource<OptionsOf<S>>, S>): DataSource<OptionsOf<S>> =>
  ({ kind: "data", ...data }) as never
export const defineGrouping = <S extends AnySchema>(
  grouping: Written<Grouping<OptionsOf<S>>, S>,
): Grouping<OptionsOf<S>> => ({ kind: "grouping", ...grouping }) as never
export const defineMemory = <S extends AnySchema>(memory: Written<Memory<OptionsOf<S>>, S>): Memory<OptionsOf<S>> =>
  ({ kind: "memory", ...memory }) as never
export const defineStrategy = <S extends AnySchema>(
  strategy: Written<Strategy<OptionsOf<S>>, S>,
): Strategy<OptionsOf<S>> => ({ kind: "strategy", ...strategy }) as never
export const defineTransfer = <S extends AnySchema>(
  transfer: Written<Transfer<OptionsOf<S>>, S>,
): Transfer<OptionsOf<S>> => ({ kind: "transfer", ...transfer }) as never
export const defineProbe = <S extends AnySchema>(probe: Written<Probe<OptionsOf<S>>, S>): Probe<OptionsOf<S>> =>
  ({ kind: "probe", ...probe }) as never

export type Plugin =
  | Adapter
  | Backbone
  | Backend
  | Composition
  | DataSource
  | Grouping
  | Memory
  | Probe
  | Router
  | Strategy
  | Transfer
