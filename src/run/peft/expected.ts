/** Compares the tensors of a PEFT file with those that its config makes necessary. */
import { DataError, type HostTensor, type PeftTensor, type Site } from "../../plugin/index.ts"
import { CONFIG, type PeftFolder, WEIGHTS } from "./folder.ts"
import type { HeadFound } from "./head.ts"
import { storedShape } from "./tensors.ts"

/** A tensor that has to be there, and the parameter that it becomes. */
export interface Expected {
  readonly key: string
  readonly site: Site
  readonly parameter: string
  readonly form: PeftTensor
  /** Of the parameter. */
  readonly shape: readonly number[]
  readonly frozen?: HostTensor
}

/** Throws DataError: a tensor that is missing, that nobody expects, that has another shape or no floats. */
export const checkTensors = (
  { tensors, location }: PeftFolder,
  expected: readonly Expected[],
  { taken, unread }: Pick<HeadFound, "taken" | "unread">,
): void => {
  const wrong = (what: string, help: string) => new DataError(`${WEIGHTS} of "${location}" ${what}`, help)
  const wanted = new Set(expected.map(({ key }) => key))
  const missing = [...wanted].filter((key) => !(key in tensors))
  if (missing.length > 0)
    throw wrong(
      `lacks the tensor ${several(missing)}`,
      `${CONFIG} says that the module attaches there: take both from the same folder`,
    )
  const extra = Object.keys(tensors).filter((key) => !wanted.has(key) && !taken.includes(key) && !unread.includes(key))
  if (extra.length > 0)
    throw wrong(
      `holds the tensor ${several(extra)}, which nothing reads`,
      `${CONFIG} does not target it, or it lies where no adapter attaches: leave that module out of target_modules when training`,
    )
  for (const { key, form, shape, site } of expected) {
    const { shape: found, data } = tensors[key]
    const needed = storedShape(form, shape)
    if (found.join() !== needed.join())
      throw wrong(
        `has the tensor ${key} [${found.join(", ")}], and at ${site.name} of this base model it would be [${needed.join(", ")}]`,
        `the module was trained on another base model, or ${CONFIG} is that of another module`,
      )
    if (!(data instanceof Float32Array || data instanceof Float64Array))
      throw wrong(`has the tensor ${key} as whole numbers`, "save the module with its weights as floats")
  }
}

const several = ([first, ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `${first} (and ${rest.length} more)`
