/** Tasks from folders of JSON Lines: `<location>/<task>/{train,validation,test}.jsonl`. */
import { createHash } from "node:crypto"
import {
  DataError,
  defineData,
  type Example,
  optional,
  PositiveInt,
  required,
  Schema,
  type Task,
} from "../../../src/plugin/index.ts"
import { byNumbers, instructionOf, listedLabels, type TaskFiles, taskFiles, taskNames } from "./folder.ts"
import { type Fields, readBytes, readExamples } from "./lines.ts"
import { sampled } from "./sample.ts"

const fewer = (split: string) =>
  Schema.optionalKey(
    required(
      PositiveInt,
      `at most so many ${split} examples of each class, a fixed draw of them; of each task where texts are answered in words; all by default`,
    ),
  )

interface Options extends Fields {
  readonly instruction?: string
  readonly train_per_class?: number
  readonly validation_per_class?: number
  readonly test_per_class?: number
}

const Name = Schema.String.check(Schema.isMinLength(1))

export default defineData({
  name: "jsonl",
  summary: "Folders of JSON Lines, one a task: train.jsonl, test.jsonl and perhaps validation.jsonl (or val.jsonl)",
  checked: "written files: every reading and every refusal",
  options: Schema.Struct({
    text: optional(Name, "text", "the field that holds the text"),
    label: optional(Name, "label", "the field that holds the label: a word or a number"),
    answer: Schema.optionalKey(
      required(
        Name,
        "the field that holds the answer where texts are answered in words: a text, or a list of texts that are all right; no label is read then",
      ),
    ),
    instruction: Schema.optionalKey(
      required(
        Name,
        "the field of each task's task.json whose text stands before its texts, with a line feed between; where it is null the texts stay as they are",
      ),
    ),
    train_per_class: fewer("training"),
    validation_per_class: fewer("validation"),
    test_per_class: fewer("test"),
  }),
  location: "required",
  answered: ({ answer }: Fields) => answer !== undefined,
  tasks: (location, _options, place) => taskNames(location, place),
  load: async (tasks, location, options: Options, place) => {
    const loaded: Task[] = []
    for (const files of await taskFiles(tasks, location, place)) loaded.push(await readTask(files, options))
    return loaded
  },
  corpus: async (location, options: Options, place) => {
    const tasks: Task[] = []
    for (const files of await taskFiles(await taskNames(location, place), location, place))
      tasks.push(await readTask(files, options))
    return { texts: trainingTextsAlone(tasks) }
  },
  fingerprint: async (tasks, location, options: Options, place) => {
    const hash = createHash("sha256")
    for (const { name, folder, train, validation, test } of await taskFiles(tasks, location, place)) {
      for (const [split, path] of Object.entries({ train, validation, test })) {
        const bytes = path === undefined ? new Uint8Array() : await readBytes(path)
        hash.update(`${JSON.stringify([name, split, bytes.length])}\n`).update(bytes)
      }
      const listed = await labelsListed(folder, options)
      if (listed !== undefined) hash.update(`${JSON.stringify([name, "labels", listed])}\n`)
      const instruction = options.instruction && (await instructionOf(folder, options.instruction))
      if (instruction) hash.update(`${JSON.stringify([name, "instruction", instruction])}\n`)
    }
    return hash.digest("hex")
  },
})

const readTask = async (files: TaskFiles, fields: Options): Promise<Task> => {
  const instruction = fields.instruction && (await instructionOf(files.folder, fields.instruction))
  const read = async (split: "train" | "validation" | "test") => {
    const path = files[split]
    const bare = path === undefined ? [] : await readExamples(path, fields)
    const examples = instruction ? bare.map((one) => ({ ...one, text: `${instruction}\n${one.text}` })) : bare
    const answered = fields.answer !== undefined
    return sampled(examples, fields[`${split}_per_class`], { task: files.name, split, answered })
  }
  const [train, validation, test] = [await read("train"), await read("validation"), await read("test")]
  if (train.length === 0)
    throw new DataError(
      `${files.train} is empty: the task "${files.name}" has nothing to train on`,
      "add examples, or leave the task out of the stream",
    )
  if (test.length === 0)
    throw new DataError(
      `${files.test} is empty: the task "${files.name}" cannot be measured`,
      "add examples, or leave the task out of the stream",
    )
  if (fields.answer !== undefined) return { name: files.name, labels: [], train, validation, test }
  const labels = await labelsOf(train, files, fields)
  const known = new Set(labels)
  for (const [path, examples] of [
    [files.validation, validation],
    [files.test, test],
  ] as const)
    for (const { label } of examples)
      if (!known.has(label))
        throw new DataError(
          `${path} has the label ${JSON.stringify(shortened(label))}, which no training example of the task "${files.name}" has`,
          `add a training example of it or drop its lines; where labels are free text the task is answered in words: write \`answer: ${fields.label}\`, and \`head: text\` in the stream`,
        )
  return { name: files.name, labels, train, validation, test }
}

/** Distinct training texts in the order of their characters, without those that a validation or test text says too, case and punctuation aside. */
const trainingTextsAlone = (tasks: readonly Task[]): readonly string[] => {
  const folded = (text: string): string =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "")
  const held = new Set(
    tasks.flatMap(({ validation, test }) => [...validation, ...test].map(({ text }) => folded(text))),
  )
  return [...new Set(tasks.flatMap(({ train }) => train.map(({ text }) => text)))]
    .filter((text) => !held.has(folded(text)))
    .sort()
}

/** task.json lists the labels of the field "label". */
const labelsListed = async (folder: string, { label, answer }: Fields): Promise<readonly string[] | undefined> =>
  answer === undefined && label === "label" ? listedLabels(folder) : undefined

/** Labels in the order of task.json; where it lists none, in the order of their names. */
const labelsOf = async (
  train: readonly Example[],
  { name, folder }: TaskFiles,
  fields: Fields,
): Promise<readonly string[]> => {
  const found = new Set(train.map(({ label }) => label))
  const listed = await labelsListed(folder, fields)
  if (listed === undefined) return [...found].sort(byNumbers)
  const empty = listed.find((label) => !found.has(label))
  if (empty !== undefined)
    throw new DataError(
      `the class ${JSON.stringify(empty)} of the task "${name}" is empty: task.json lists it, no training example has it`,
      "add a training example of it, or take it out of task.json",
    )
  const unlisted = [...found].filter((label) => !listed.includes(label)).sort(byNumbers)
  if (unlisted.length > 0)
    throw new DataError(
      `task.json of the task "${name}" does not list the label ${JSON.stringify(shortened(unlisted[0]))}, which training examples have`,
      "add it to the labels there, or mend the examples",
    )
  return [...new Set(listed)]
}

const shortened = (label: string): string => (label.length > 60 ? `${label.slice(0, 59)}…` : label)
