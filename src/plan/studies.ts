/** Steps of studies: the vocabularies and language models that they compare, what these say of the test texts, and the figures. */
import type { Pretraining, Spec, Study } from "../../dsl/spec.ts"
import type { Backbone } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import { PlanError, type PluginShelf, type Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import { optionsFor } from "./options/step_options.ts"
import { trainOptions } from "./rows/cell.ts"
import type { Step } from "./step.ts"
import { type PlannedTexts, planTexts } from "./texts.ts"

export interface PlannedStudy {
  readonly name: string
  readonly key: string
  /** Steps of the texts that it reads, by "data/task". */
  readonly texts: Readonly<Record<string, string>>
  readonly notices: readonly string[]
}

/** A language model of one seed. */
export interface PlannedModel {
  readonly key: string
  readonly family: Resolved<Backbone>
}

/** Plans language models, each once. */
export const modelPlanner = (builder: StepBuilder, shelf: PluginShelf, spec: Spec, directory: string) => {
  const texts = new Map<string, Promise<PlannedTexts>>()
  const textsOf = (stream: string): Promise<PlannedTexts> => {
    const known = texts.get(stream) ?? planTexts(builder, shelf, spec, spec.streams[stream], directory)
    texts.set(stream, known)
    return known
  }
  const modelOf = async (declared: Pretraining, seed: number): Promise<PlannedModel> => {
    const { datasets } = await textsOf(declared.texts)
    const before = declared.from === undefined ? undefined : await modelOf(spec.pretrainings[declared.from], seed)
    const family = before?.family ?? (await familyOf(shelf, declared))
    const { size, insert, mutual_information, concentration, switch: switching } = declared
    const train = trainOptions(spec.trains[declared.train])
    note(shelf, declared)
    if (size && size.width % size.heads > 0)
      throw new PlanError(
        `the pretraining "${declared.name}" has ${size.heads} heads, which do not divide its width ${size.width}`,
        "let heads divide the width",
        declared.span,
      )
    if (size && size.experts_of_token > size.experts)
      throw new PlanError(
        `the pretraining "${declared.name}" has ${size.experts} experts in each sub-layer, of which a token can't choose ${size.experts_of_token}`,
        "let `experts_of_token` be at most `experts`",
        declared.span,
      )
    const inputs: Step["inputs"] = before
      ? { from: before.key }
      : {
          vocabulary: builder.add({
            kind: "vocabulary",
            label: `vocabulary of ${size!.vocabulary} pieces`,
            options: { size: size!.vocabulary },
            inputs: { dataset: datasets },
            seconds: seconds.vocabulary,
            bytes: 2e5,
          }),
        }
    const key = builder.add({
      ...optionsFor("pretrain", {
        family: family.chosen,
        ...(size ? { size } : {}),
        insert,
        losses: { mutual_information, concentration, switch: switching },
        train,
        name: declared.variantOf ?? declared.name,
        seed,
      }),
      label: `language model ${declared.name} · seed ${seed}`,
      inputs: { ...inputs, dataset: datasets },
      code: [family.code],
      seconds: 20 * train.epochs,
      bytes: 3e6,
    })
    return { key, family }
  }
  return { modelOf, textsOf }
}

export const planStudy = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  study: Study,
  directory: string,
): Promise<PlannedStudy> => {
  const { modelOf, textsOf } = modelPlanner(builder, shelf, spec, directory)
  const { datasets, tasks, named, notices } = await textsOf(study.test)
  const reads: string[] = []
  for (const name of study.models)
    for (const seed of study.seeds) {
      const { key, family } = await modelOf(spec.pretrainings[name], seed)
      reads.push(
        builder.add({
          ...optionsFor("read", { family: family.chosen, prune: study.prune, seed }),
          label: `what ${name} says of the test texts · seed ${seed}`,
          inputs: { model: key, dataset: datasets },
          code: [family.code],
          seconds: seconds.read * (1 + 2 * study.prune.length),
          bytes: 1e6,
        }),
      )
    }
  const key = builder.add({
    ...optionsFor("study", {
      study: study.name,
      tasks,
      models: study.models.map((model) => ({ model, seeds: study.seeds })),
    }),
    label: `figures of ${study.name}`,
    inputs: { reads, dataset: datasets },
    seconds: seconds.study,
    bytes: 1e5,
  })
  return { name: study.name, key, texts: named, notices }
}

const familyOf = async (shelf: PluginShelf, { family, name, span }: Pretraining): Promise<Resolved<Backbone>> => {
  if (!family) throw new PlanError(`the pretraining "${name}" has no family`, "name a backbone plugin", span)
  const taken = await shelf.take<Backbone>("backbone", { name, plugin: family, options: {}, span })
  if (taken.plugin.create && taken.plugin.files && taken.plugin.nextToken) return taken
  throw new PlanError(
    `the backbone "${family.name}" makes no network from nothing that writes texts`,
    "take another family",
    span,
  )
}

const note = (shelf: PluginShelf, { name, span: _, ...facts }: Pretraining): void =>
  shelf.note("pretraining", name, JSON.parse(JSON.stringify(facts)))
