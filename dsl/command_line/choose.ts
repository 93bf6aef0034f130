/** `--only` and `--skip`: which experiments, studies and portabilities of a checked spec are run, and which adapters, rows, models, transfers and backbones of these, by name or by a pattern with `*` and `?`. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { ONLY, SKIP } from "../diagnostics/flags.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Experiment, Portability, Span, Spec, Study } from "../spec.ts"
import type { Change } from "./overrides.ts"

export interface Wanted {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
}

interface Pattern {
  readonly text: string
  readonly span: Span
  readonly fits: (name: string) => boolean
}

/** `low_rank` fits all variants of a sweep, `low_rank[rank=4]` one, `low*` what begins so. */
const patternsIn = (flags: readonly string[], file: string): readonly Pattern[] => {
  let start = 0
  return flags.map((text) => {
    const span = { file, start, end: start + text.length }
    start += text.length + 1
    const source = text
      .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")
    const whole = new RegExp(`^${source}$`, "u")
    return { text, span, fits: (name) => whole.test(name) || whole.test(written(name)) }
  })
}

const written = (name: string): string => name.replace(/\[.*$/, "")

/** The names by which a part of an experiment can be chosen; each list is narrowed for itself. */
const lists = ["adapters", "routers", "compositions", "bounds"] as const

export const chosenFrom = (
  spec: Spec,
  { only = [], skip = [] }: Wanted,
  report: Report,
): { readonly spec: Spec; readonly changes: readonly Change[] } => {
  if (only.length === 0 && skip.length === 0) return { spec, changes: [] }
  const [wanted, unwanted] = [patternsIn(only, ONLY), patternsIn(skip, SKIP)]
  const experiments = Object.values(spec.experiments)
  const studies = Object.values(spec.studies)
  const portabilities = Object.values(spec.portabilities)
  const names = [
    ...new Set([
      ...experiments.flatMap((each) => [each.name, ...lists.flatMap((list) => each[list])]),
      ...studies.flatMap(({ name, models }) => [name, ...models]),
      ...portabilities.flatMap(({ name, transfers, on }) => [name, ...transfers, ...on]),
    ]),
  ]
  for (const pattern of [...wanted, ...unwanted]) {
    if (names.some(pattern.fits)) continue
    const variants = names.filter((name) => name !== written(name) && written(name) === written(pattern.text))
    const near = variants.length > 0 ? undefined : nearest(pattern.text, names.map(written))
    const there = variants.length > 0 ? variants : [...new Set(names.map(written))]
    report(diagnose("L2R0705", pattern.span, { pattern: pattern.text, near, names: there }))
  }
  /** Where a pattern names something of a group, the group is narrowed to that; else it stays whole. */
  const kept = <Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] => {
    const some = items.some((item) => wanted.some(({ fits }) => fits(nameOf(item))))
    return items.filter((item) => {
      const name = nameOf(item)
      return (!some || wanted.some(({ fits }) => fits(name))) && !unwanted.some(({ fits }) => fits(name))
    })
  }
  const last = [...unwanted, ...wanted][0]
  /** Where a list of an experiment, a study or a portability has nothing left. */
  const reportEmpty = (kind: string, name: string, lists: Readonly<Record<string, readonly string[]>>): void => {
    const empty = Object.keys(lists).find((what) => lists[what].length === 0)
    if (empty) report(diagnose("L2R0706", last.span, { kind, name, what: empty }))
  }
  const changes: Change[] = []
  const all = [...experiments, ...studies, ...portabilities]
  const runs = new Set<Experiment | Study | Portability>(
    kept<Experiment | Study | Portability>(all, ({ name }) => name),
  )
  const read = studies
    .filter((study) => runs.has(study))
    .map((study): Study => {
      const models = kept(study.models, (name) => name)
      if (models.length < study.models.length)
        changes.push({ path: `${study.name}.models`, before: listed(study.models), after: listed(models) })
      reportEmpty("study", study.name, { "a model": models })
      return { ...study, models }
    })
  const ported = portabilities
    .filter((one) => runs.has(one))
    .map((one): Portability => {
      const next = { transfers: kept(one.transfers, (name) => name), on: kept(one.on, (name) => name) }
      for (const list of ["transfers", "on"] as const)
        if (next[list].length < one[list].length)
          changes.push({ path: `${one.name}.${list}`, before: listed(one[list]), after: listed(next[list]) })
      reportEmpty("portability", one.name, { "a transfer": next.transfers, "a backbone": next.on })
      return { ...one, ...next }
    })
  const narrowed = experiments
    .filter((experiment) => runs.has(experiment))
    .map((experiment): Experiment => {
      const rows = kept(
        [...experiment.routers, ...experiment.compositions, ...experiment.bounds].map((name) => name),
        (name) => name,
      )
      const next = {
        adapters: kept(experiment.adapters, (name) => name),
        routers: experiment.routers.filter((name) => rows.includes(name)),
        compositions: experiment.compositions.filter((name) => rows.includes(name)),
        bounds: experiment.bounds.filter((name) => rows.includes(name)),
      }
      for (const list of lists)
        if (next[list].length < experiment[list].length)
          changes.push({
            path: `${experiment.name}.${list}`,
            before: listed(experiment[list]),
            after: listed(next[list]),
          })
      reportEmpty("experiment", experiment.name, { "a row": rows, "an adapter": next.adapters })
      const has = (row: string) => rows.includes(row) || rows.includes(row.replace(/\.(kept|refit)$/, ""))
      const compare = experiment.compare.flatMap((one) => {
        const against = one.against.filter(has)
        return has(one.left) && against.length > 0 ? [{ ...one, against }] : []
      })
      return { ...experiment, ...next, compare }
    })
  const groups = [
    ["an", "experiment", experiments],
    ["a", "study", studies],
    ["a", "portability", portabilities],
  ] as const
  if (all.length > 0 && runs.size === 0) {
    const kinds = groups.flatMap(([, kind, some]) => (some.length > 0 ? [kind] : []))
    report(diagnose("L2R0706", last.span, { kind: kinds.join(", ").replace(/, ([^,]*)$/, " or $1") }))
  }
  for (const [article, kind, some] of groups)
    for (const each of some)
      if (!runs.has(each)) changes.push({ path: each.name, before: `${article} ${kind}`, after: "left out" })
  const named = <Item extends { readonly name: string }>(items: readonly Item[]) =>
    Object.fromEntries(items.map((each) => [each.name, each]))
  return {
    spec: { ...spec, experiments: named(narrowed), studies: named(read), portabilities: named(ported) },
    changes,
  }
}

const listed = (names: readonly string[]): string => `[${names.join(", ")}]`
