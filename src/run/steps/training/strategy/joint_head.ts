/** The joint head of a shared model: scores of all classes of the stream, linear or by the cosine of features and weights. */
import { encoder, headLogits } from "../../../../model/encoder.ts"
import {
  add,
  constant,
  cosineSimilarity,
  type Frozen,
  type HostTensor,
  type Initial,
  kaiming,
  type Layout,
  mul,
  parameter,
  type Strategy,
  scale,
  type Tensor,
  transpose,
  weight,
  zeros,
} from "../../../../plugin/index.ts"
import type { Body } from "./body.ts"
import { representationOf } from "./representation.ts"
import type { StageTexts } from "./texts.ts"

export type HeadForm = ReturnType<NonNullable<Strategy["head"]>>

/** First values. A cosine has no direction at zero, and no bias. */
export const headInitials = (form: HeadForm, width: number, classes: number): Readonly<Record<string, Initial>> =>
  form === "linear"
    ? { "head/W": zeros([width, classes]), "head/b": zeros([classes]) }
    : { "head/W": kaiming([width, classes]), "head/b": zeros([classes]) }

/** What is trained of it. */
export const headNames = (form: HeadForm): readonly string[] => (form === "linear" ? ["head/W", "head/b"] : ["head/W"])

/** It has a row or a number for each class. */
const isOfClasses = (name: string): boolean => name === "head/W" || name === "head/b"

/** W and b, some columns of which may stay as they started. */
const headLeaves = (start: ReadonlyMap<string, HostTensor>, frozen: Int32Array): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    [...start].flatMap(([name, array]) => (isOfClasses(name) ? [[name, withFrozenColumns(name, array, frozen)]] : [])),
  )

const withFrozenColumns = (name: string, { shape, data }: HostTensor, frozen: Int32Array): Tensor => {
  const trained = parameter(name, shape)
  if (frozen.length === 0) return trained
  const classes = shape.at(-1)!
  const free = Array.from({ length: classes }, (_, c) => (frozen.includes(c) ? 0 : 1))
  const kept = Float32Array.from(data as Float32Array, (x, i) => (free[i % classes] ? 0 : x))
  return add(mul(trained, constant(free)), weight(`kept/${name}`, { shape, data: kept }))
}

/** What the head reads and says of texts under a body, with the arrays from which it starts; `kept`: columns that stay as they are. */
export const headOf = (
  { net, participant, trained, represented }: Body,
  form: HeadForm,
  start: ReadonlyMap<string, HostTensor>,
  { kept = new Int32Array(), layout }: { readonly kept?: Int32Array; readonly layout?: Layout } = {},
): { readonly features: Tensor; readonly logits: Tensor } => {
  const { features: own } = encoder(net, participant, trained, layout)
  const features = represented ? representationOf(net, represented, own, start) : own
  return { features, logits: jointLogits(form, features, headLeaves(start, kept)) }
}

export const jointLogits = (form: HeadForm, features: Tensor, head: Readonly<Record<string, Tensor>>): Tensor =>
  form === "linear"
    ? headLogits(features, head["head/W"], head["head/b"])
    : scale(cosineSimilarity(features, transpose(head["head/W"])), form.cosine)

/** Columns that stay as they are: of classes that belong to earlier tasks and not to those that are visited. */
export const frozenColumns = (
  { earlierClasses }: Frozen,
  { columns }: Pick<StageTexts, "columns">,
  visits: readonly number[],
): Int32Array => {
  if (!earlierClasses) return new Int32Array()
  const visited = new Set(visits.flatMap((t) => [...columns[t]]))
  const earlier = columns.slice(0, Math.min(...visits)).flatMap((own) => [...own])
  return Int32Array.from(new Set(earlier.filter((column) => !visited.has(column))))
}

/** Puts frozen columns back where weight decay has moved them. */
export const restoreColumns = (
  values: ReadonlyMap<string, Float32Array>,
  start: ReadonlyMap<string, Float32Array>,
  classes: number,
  frozen: Int32Array,
): void => {
  for (const [name, value] of values)
    if (isOfClasses(name))
      for (let row = 0; row < value.length; row += classes)
        for (const c of frozen) value[row + c] = start.get(name)![row + c]
}
