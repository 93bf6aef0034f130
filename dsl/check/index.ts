/** The tree of a file to a checked spec: names, then declarations, then experiments. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { aKind, isCoreKind, isKind, isRun, type Kind, PLUGIN_KINDS } from "../kinds.ts"
import type { Context } from "../names/context.ts"
import type { Program } from "../names/program.ts"
import { type Resolved, resolverOf } from "../names/resolve.ts"
import { pluginsOf, type Scope, scopeOf, type Used } from "../names/scope.ts"
import { coreSchemas } from "../options/core_schema.ts"
import { checkSettings, reportExclusive, reportMissing, reportRepeated } from "../options/options.ts"
import { type BrokenIn, reportBroken } from "../options/rules.ts"
import type {
  Declaration,
  Experiment,
  Library,
  Portability,
  Pretraining,
  Spec,
  Stream,
  Study,
  Train,
  Value,
} from "../spec.ts"
import { withVariants } from "../sweeps/variants.ts"
import type { DeclarationNode, FileNode } from "../syntax/ast.ts"
import type { Vocabulary } from "../vocabulary.ts"
import { advise } from "./advice.ts"
import { reportCircles } from "./circles.ts"
import type { DataFacts, Unread } from "./data_facts.ts"
import { checkExperiment } from "./experiment.ts"
import { checkLibrary } from "./library.ts"
import { checkPortability } from "./portability.ts"
import { checkPretraining } from "./pretraining.ts"
import { checkStream } from "./stream.ts"
import { checkStudy } from "./study.ts"

export interface Knowledge {
  readonly vocabulary: Vocabulary
  readonly used: Readonly<Record<string, Used>>
  readonly tasksOf: (data: Declaration) => readonly string[] | undefined
  /** Why data that was to be read can't be. */
  readonly unread?: (data: Declaration) => Unread | undefined
  /** What a plugin's own rules say of a declaration. */
  readonly brokenIn?: BrokenIn
  /** The files that the tree was read from. */
  readonly program?: Pick<Program, "files" | "sees" | "folder">
}

export interface CheckedFile {
  /** What is reported decides whether it may be used. */
  readonly spec: Spec
  /** Says what is allowed and probably not meant of what is run of it. `factsOf` is what is known of data. */
  readonly advise: (run: Spec, factsOf: (data: Declaration) => DataFacts | undefined) => void
}

/** The spec of a file. */
export const checkFile = (
  written: FileNode,
  { vocabulary, used, tasksOf, unread = () => undefined, brokenIn = () => [], program }: Knowledge,
  report: Report,
): CheckedFile => {
  const quiet = scopeOf(written, vocabulary, used, () => {}, program)
  const tree = withVariants(
    written,
    quiet,
    resolverOf(quiet, () => {}),
    report,
  )
  const scope = scopeOf(tree, vocabulary, used, report, program)
  const resolve = resolverOf(scope, report)
  const named = new Map<Kind, Map<string, unknown>>()
  const found = <Result>(kind: Kind) => (named.get(kind) ?? new Map()) as Map<string, Result>
  const tasks = new Map<string, readonly string[] | undefined>()
  const context: Context = {
    scope,
    report,
    resolve,
    tasksOf: (data) => {
      if (!tasks.has(data))
        tasks.set(
          data,
          askTasks(found<Declaration>("data").get(data), tasksOf) ?? fixedTasks(scope.declared.get(data), resolve),
        )
      return tasks.get(data)
    },
    stream: (name) => found<Stream>("stream").get(name),
    library: (name) => found<Library>("library").get(name),
    pretraining: (name) => found<Pretraining>("pretraining").get(name),
    reportUnknown: ({ text, span }, kind, names) => {
      const near = nearest(text, names)
      report(diagnose("L2R0304", span, { name: text, kind, near, names }, near ? { fix: { span, text: near } } : {}))
    },
  }
  const checks: Readonly<Record<Kind, (resolved: Resolved) => unknown>> = {
    ...(Object.fromEntries(
      PLUGIN_KINDS.map((kind) => [
        kind,
        (resolved: Resolved) => checkDeclaration(resolved, context, { program, brokenIn }),
      ]),
    ) as Record<(typeof PLUGIN_KINDS)[number], (resolved: Resolved) => Declaration>),
    data: (resolved) => {
      const declaration = checkDeclaration(resolved, context, { program, brokenIn })
      const { name, location } = resolved.node
      const { problem, help } = (name && unread(declaration)) ?? {}
      if (name && problem !== undefined)
        report(
          diagnose("L2R0525", (location ?? name).span, {
            data: declaration.variantOf ?? name.text,
            reason: problem,
            help,
          }),
        )
      return declaration
    },
    train: (resolved) => checkTrain(resolved, context),
    stream: (resolved) => checkStream(resolved, context),
    library: (resolved) => checkLibrary(resolved, context, program?.folder),
    pretraining: (resolved) => checkPretraining(resolved, context),
    study: (resolved) => checkStudy(resolved, context),
    experiment: (resolved) => checkExperiment(resolved, context),
    portability: (resolved) => checkPortability(resolved, context),
  }
  for (const kind of ["adapter", "pretraining"])
    reportCircles(
      tree.declarations.filter((node) => node.kind === kind),
      context,
    )
  // In this order, an experiment finds its streams and libraries checked, and a stream its data.
  for (const kind of Object.keys(checks) as Kind[]) {
    const results = new Map<string, unknown>()
    named.set(kind, results)
    for (const node of tree.declarations) {
      if (node.kind !== kind) continue
      const resolved = resolve(node)
      checkOwn(resolved, context)
      const result = checks[kind](resolved)
      if (node.name && !results.has(node.name.text)) results.set(node.name.text, result)
    }
  }
  if (tree.declarations.every(({ kind }) => kind !== undefined && !isRun(kind))) {
    const last = tree.declarations.at(-1)?.keyword.span ??
      tree.languages.at(-1)?.span ?? { file: tree.file, start: 0, end: 0 }
    report(diagnose("L2R0212", last, {}))
  }
  const record = <Result>(kind: Kind) => Object.fromEntries(found<Result>(kind)) as Readonly<Record<string, Result>>
  const spec: Spec = {
    language: 1,
    file: tree.file,
    uses: scope.uses,
    backbones: record<Declaration>("backbone"),
    data: record<Declaration>("data"),
    streams: record<Stream>("stream"),
    memories: record<Declaration>("memory"),
    adapters: record<Declaration>("adapter"),
    libraries: record<Library>("library"),
    groupings: record<Declaration>("grouping"),
    transfers: record<Declaration>("transfer"),
    trains: record<Train>("train"),
    routers: record<Declaration>("router"),
    compositions: record<Declaration>("composition"),
    strategies: record<Declaration>("strategy"),
    probes: record<Declaration>("probe"),
    backends: record<Declaration>("backend"),
    pretrainings: record<Pretraining>("pretraining"),
    studies: record<Study>("study"),
    experiments: record<Experiment>("experiment"),
    portabilities: record<Portability>("portability"),
  }
  const declarations = written.declarations.filter(({ span }) => span.file === written.file)
  const uses = scope.uses.filter(({ span }) => span.file === written.file)
  const asWritten = () => ({ declarations, uses, scope: quiet, resolve: resolverOf(quiet, () => {}) })
  return { spec, advise: (run, factsOf) => advise({ spec, run, ...asWritten(), factsOf }, report) }
}

const askTasks = (data: Declaration | undefined, tasksOf: Knowledge["tasksOf"]) =>
  data === undefined || data.plugin.name === "" ? undefined : tasksOf(data)

/** The tasks of data whose tasks are always the same. */
const fixedTasks = (data: DeclarationNode | undefined, resolve: Context["resolve"]) =>
  data?.kind === "data" ? (resolve(data).entry?.facts?.tasks as readonly string[] | undefined) : undefined

/** What holds for declarations of every kind. */
const checkOwn = (resolved: Resolved, { scope, report }: Context): void => {
  const { node, entry, settings, unsure } = resolved
  const { kind, name, plugin, alias, location } = node
  if (!kind || !isKind(kind)) return
  reportRepeated(node.settings, report)
  if (kind !== "experiment") for (const { span } of node.comparisons) report(diagnose("L2R0409", span, {}))
  const said = node.variant?.of ?? name?.text
  const itself = plugin && !alias && plugin.text === said
  if (name && said !== undefined && !itself && pluginsOf(scope.vocabulary, kind).has(said))
    report(diagnose("L2R0302", name.span, { name: said, kind: aKind(kind) }))
  if (location && kind !== "backbone" && kind !== "data")
    report(diagnose("L2R0311", location.span, { kind: aKind(kind) }))
  if (unsure || !name) return
  // What extends such a declaration would only say it again.
  const named = plugin && !scope.declared.has(plugin.text)
  if (named && entry?.facts?.location === "required" && !resolved.location)
    report(diagnose("L2R0312", plugin!.span, { plugin: plugin!.text }))
  const schema = isCoreKind(kind) ? coreSchemas[kind] : entry?.options
  if (schema) reportMissing(settings, schema, isCoreKind(kind) ? aKind(kind) : `\`${said}\``, name.span, report)
  if (entry) reportExclusive(settings, entry.options, `\`${entry.name}\``, report)
}

const checkDeclaration = (
  { node, plugin, entry, settings, location, unsure }: Resolved,
  { scope, report }: Context,
  { program, brokenIn }: Pick<Knowledge, "program"> & { readonly brokenIn: BrokenIn },
): Declaration => {
  const owner = `\`${entry?.name}\``
  if (entry) checkSettings(node.settings, entry.options, owner, { scope, report })
  const all = [...settings.values()]
  const folder = program?.folder((location ?? node).span.file) ?? ""
  const options = entry ? checkSettings(all, entry.options, owner, { scope, report: () => {} }) : unchecked(all, scope)
  const declaration: Declaration = {
    name: node.name?.text ?? "",
    plugin: plugin ?? { name: "" },
    ...(location ? { location: location.text } : {}),
    ...(folder === "" ? {} : { folder }),
    options: Object.fromEntries(options),
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
    optionSpans: Object.fromEntries(all.map(({ key, value }) => [key.text, value.span])),
  }
  // Rules about several options come when each of them is sound.
  if (entry?.rules && node.name && !unsure && options.size === all.length)
    reportBroken(
      brokenIn(node.kind!, declaration),
      { plugin: entry.name, options: entry.options },
      settings,
      node.name.span,
      report,
    )
  return declaration
}

/** Options of a plugin that was not loaded, as they are written. */
const unchecked = (settings: DeclarationNode["settings"], scope: Scope): Map<string, Value> =>
  checkSettings(settings, { properties: Object.fromEntries(settings.map(({ key }) => [key.text, {}])) }, "", {
    scope,
    report: () => {},
  })

const checkTrain = ({ node, settings }: Resolved, { scope, report }: Context): Train => {
  checkSettings(node.settings, coreSchemas.train, "`train`", { scope, report })
  const written = checkSettings([...settings.values()], coreSchemas.train, "", { scope, report: () => {} })
  const defaults = Object.entries(coreSchemas.train.properties!).map(([name, schema]) => [name, schema.default])
  return {
    name: node.name?.text ?? "",
    ...Object.fromEntries(defaults),
    ...Object.fromEntries(written),
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  } as Train
}
