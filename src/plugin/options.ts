/** Schemas that authors write options with. Every option is documented and has a default or is required. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Member } from "./adapter.ts"
import { LINEAR_ROLES } from "./site.ts"

export { Schema }

/** No options at all. */
export const NoOptions = Schema.Struct({})

export const PositiveInt = Schema.Int.check(Schema.isGreaterThan(0))
export const NonNegativeInt = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
export const PositiveNumber = Schema.Number.check(Schema.isGreaterThan(0))
export const NonNegativeNumber = Schema.Number.check(Schema.isGreaterThanOrEqualTo(0))
/** A number in [0, 1]. */
export const Fraction = Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
/** A rate in [0, 1). */
export const Rate = Schema.Number.check(Schema.isGreaterThanOrEqualTo(0), Schema.isLessThan(1))
/** One of some words. */
export const words = <const Members extends readonly string[]>(...members: Members) => Schema.Literals(members)
/** Roles of linear layers where an adapter attaches, e.g. `[query, value]`. */
export const Targets = Schema.Array(Schema.Literals(LINEAR_ROLES)).check(Schema.isMinLength(1))
/** The name of a declaration of another kind; the checker resolves it. */
export const reference = (kind: string) => Schema.String.annotate({ reference: kind } as never)

/** Adapters that an adapter is made of, two or more: a spec names them, the core hands them over as `Member`s. */
export const Members = Schema.Array(reference("adapter")).check(Schema.isMinLength(2)) as unknown as Schema.Codec<
  readonly Member[],
  readonly string[]
>

/** A rule of two options of a struct; the language checks it without asking the plugin. */
export const notBoth = <Options extends object>(left: keyof Options & string, right: keyof Options & string) =>
  Schema.makeFilter(
    (options: Options) =>
      options[left] === undefined || options[right] === undefined
        ? undefined
        : { path: [right], issue: `give ${left} or ${right}, not both` },
    { toJsonSchema: () => ({ not: { required: [left, right] } }) },
  )

/** An option that may be left out: documented, with its default. */
export const optional = <S extends Schema.Codec<any, any>>(schema: S, fallback: S["Encoded"], description: string) =>
  schema
    .annotate({ description, default: fallback } as never)
    .pipe(
      Schema.withDecodingDefaultKey(Effect.succeed(fallback) as never),
    ) as unknown as Schema.withDecodingDefaultKey<S>

/** An option that must be given. */
export const required = <S extends Schema.Codec<any, any>>(schema: S, description: string): S =>
  schema.annotate({ description } as never) as S
