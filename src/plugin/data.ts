/** Data sources: folders, packages, generators that give tasks of labelled texts. */
import type { Definition } from "./definition.ts"

export interface Example {
  readonly text: string
  /** Its class; where a text is answered in words, the answer. */
  readonly label: string
  /** Further answers that are as right as the label. */
  readonly others?: readonly string[]
}

/** One task with its splits. Labels are the classes of the task in a fixed order; every label has a training example. */
export interface Task {
  readonly name: string
  /** None where texts are answered in words. */
  readonly labels: readonly string[]
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  readonly test: readonly Example[]
}

/** Where relative paths start: the folder of the spec. */
export interface Place {
  readonly directory: string
  /** Told of what comes from the network; where it is missing, nobody is. */
  readonly onDownload?: (news: Download) => void
}

/** Bytes of a file so far, of how many where that is known; or, at the end, the commit that a model's revision is. */
export type Download =
  | { readonly model: string; readonly file: string; readonly bytes: number; readonly total?: number }
  | { readonly model: string; readonly commit: string; readonly revision: string }

/** An expected problem with data: what, where, what to do. */
export class DataError extends Error {
  override readonly name = "DataError"
  readonly help: string
  constructor(message: string, help: string) {
    super(message)
    this.help = help
  }
}

export interface DataSource<Options = any> extends Definition<"data", Options> {
  /** It has no place of its own: a declaration says where the data is. */
  readonly location?: "required"
  /** What `tasks` gives, where it is the same whatever the location and the options: known before anything is read. */
  readonly taskNames?: readonly string[]
  /** Names of the tasks, in the source's own order, without reading all texts. Rejects with DataError. */
  readonly tasks: (location: string | undefined, options: Options, place: Place) => Promise<readonly string[]>
  /** Reads the named tasks whole. Deterministic. Rejects with DataError (missing folder, empty class, label without a training example, broken line with its number). */
  readonly load: (
    tasks: readonly string[],
    location: string | undefined,
    options: Options,
    place: Place,
  ) => Promise<readonly Task[]>
  /** A cheap fingerprint of what `load` would read (file digests), so that changed data changes the step keys. */
  readonly fingerprint: (
    tasks: readonly string[],
    location: string | undefined,
    options: Options,
    place: Place,
  ) => Promise<string>
  /** True where the tasks are answered in words alone, and their labels are no classes. */
  readonly answered?: (options: Options) => boolean
  /** Texts to pre-train or distil a backbone on, without any that the tasks validate or test with. Deterministic. */
  readonly corpus?: (
    location: string | undefined,
    options: Options,
    place: Place,
  ) => Promise<{ readonly texts: readonly string[] }>
  /** Licence notice that reports carry. */
  readonly notice?: string
}
