/** Studies: which language models are read on which texts. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { coreSchemas } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import { referTo } from "../options/references.ts"
import type { Study, Value } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { reportRepeatedNames, reportRepeatedValues } from "./repeated.ts"

export const checkStudy = (resolved: Resolved, context: Context): Study => {
  const { node, settings } = resolved
  const plain = (all: Iterable<(typeof node.settings)[number]>, report: Context["report"]) =>
    checkSettings(
      [...all].filter(({ key }) => key.text !== "models"),
      coreSchemas.study,
      "a study",
      { ...context, report },
    )
  plain(node.settings, context.report)
  const values = plain(settings.values(), () => {})
  for (const option of ["prune", "seeds"]) reportRepeatedValues(settings.get(option)?.value, context)
  const models = modelsIn(resolved, context)
  reportVocabularies(models, context)
  return {
    name: node.name?.text ?? "",
    models: models.map(({ text }) => text),
    test: (values.get("test") as string) ?? "",
    prune: [...new Set(listOf(values.get("prune")) as number[])].sort((a, b) => a - b),
    seeds: values.has("seeds") ? (listOf(values.get("seeds")) as number[]) : [1],
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  }
}

type Word = ValueNode & { readonly kind: "word" }

const modelsIn = ({ node, settings }: Resolved, context: Context): readonly Word[] => {
  const setting = settings.get("models")
  if (!setting) return []
  const { report } = node.settings.includes(setting) ? context : { report: () => {} }
  const items = setting.value.kind === "list" ? setting.value.items : [setting.value]
  if (items.length === 0) report(diagnose("L2R0407", setting.value.span, { name: "models", least: 1 }))
  const found = items.filter(
    (item): item is Word => referTo(item, "pretraining", { ...context, report, name: "models" }) !== undefined,
  )
  reportRepeatedNames(
    found.map(({ text, span }) => ({ name: text, span })),
    { ...context, report },
  )
  return found.filter(({ text }, i) => found.findIndex((one) => one.text === text) === i)
}

const listOf = (value: Value | undefined): readonly Value[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Value]

/** Models whose vocabularies were made apart: their perplexities are of other pieces. */
const reportVocabularies = (models: readonly Word[], context: Context): void => {
  const [first, ...others] = models.map((model) => ({ model, made: vocabularyOf(model.text, context) }))
  const other = others.find(({ made }) => first.made !== undefined && made !== undefined && made !== first.made)
  if (other)
    context.report(
      diagnose("L2R0554", other.model.span, {
        left: context.scope.writtenOf(first.model.text),
        right: context.scope.writtenOf(other.model.text),
      }),
    )
}

/** What the vocabulary of a model is made of; nothing where that can't be told. */
const vocabularyOf = (name: string, context: Context): string | undefined => {
  const seen = new Set<string>()
  for (let at = context.pretraining(name); at && !seen.has(at.name); at = context.pretraining(at.from ?? "")) {
    seen.add(at.name)
    if (at.size)
      return JSON.stringify([context.stream(at.texts)?.tasks.map(({ data, task }) => [data, task]), at.size.vocabulary])
  }
  return undefined
}
