/** Fewer examples of a split: a fixed draw of each class, in the order of the file. */
import { type Example, randomStream } from "../../../src/plugin/index.ts"

/** `count` of each class (of all, where texts are answered in words); which ones depends on the names of task and split alone. */
export const sampled = (
  examples: readonly Example[],
  count: number | undefined,
  { task, split, answered }: { readonly task: string; readonly split: string; readonly answered: boolean },
): readonly Example[] => {
  if (count === undefined) return examples
  const left = new Map<string, number>()
  const chosen = new Set<number>()
  for (const i of randomStream(0, "jsonl", task, split).shuffle([...examples.keys()])) {
    const group = answered ? "" : examples[i].label
    const free = left.get(group) ?? count
    if (free > 0) chosen.add(i)
    left.set(group, free - 1)
  }
  return examples.filter((_, i) => chosen.has(i))
}
