/** JSON Lines: one `{"text": ..., "label": ...}` a line, UTF-8; or with an answer, or several, in the place of a label. */
import { readFile, stat } from "node:fs/promises"
import { DataError, type Example } from "../../../src/plugin/index.ts"

/** Names of the fields that hold text and label. */
export interface Fields {
  readonly text: string
  readonly label: string
  /** In the place of a label: an answer, or a list of answers that are all right. */
  readonly answer?: string
}

/** What a label may be; numbers and truth values become their text. */
type Label = string | number | boolean

/** Reads a file whole. Rejects with DataError that names file and line. */
export const readExamples = async (path: string, fields: Fields): Promise<readonly Example[]> => {
  const bytes = await readBytes(path)
  const examples: Example[] = []
  for (const [index, line] of decoded(bytes, path).split("\n").entries())
    if (line.trim() !== "") examples.push(parsed(line, fields, `${path}:${index + 1}`))
  return examples
}

/** Rejects with DataError where the file cannot be read. */
export const readBytes = async (path: string): Promise<Uint8Array> => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined)
    throw new DataError(
      `there is no file ${path}`,
      "each task is a folder with train.jsonl, test.jsonl and perhaps validation.jsonl",
    )
  if (!found.isFile())
    throw new DataError(
      `${path} is a folder, not a file`,
      "put the examples into a file of that name, one JSON object a line",
    )
  return readFile(path).catch((error: Error) => {
    throw new DataError(`cannot read ${path}: ${error.message}`, "check the rights of the file")
  })
}

const decoded = (bytes: Uint8Array, path: string): string => {
  const strict = new TextDecoder("utf-8", { fatal: true })
  try {
    return strict.decode(bytes)
  } catch {
    throw new DataError(`${path}:${brokenLine(bytes)} is not UTF-8`, "save the file as UTF-8")
  }
}

/** The first line that does not decode; a line feed never is a part of another character. */
const brokenLine = (bytes: Uint8Array): number => {
  const strict = new TextDecoder("utf-8", { fatal: true })
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(10, start)
    const end = feed < 0 ? bytes.length : feed
    try {
      strict.decode(bytes.subarray(start, end))
    } catch {
      return line
    }
    start = end + 1
  }
  return 1
}

const parsed = (line: string, fields: Fields, where: string): Example => {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch (error) {
    throw new DataError(
      `${where} is not JSON: ${(error as Error).message}`,
      'each line is one object, e.g. {"text": "How are you?", "label": "greeting"}',
    )
  }
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new DataError(
      `${where} holds ${described(row)}, not an object`,
      `each line is one object with the fields "${fields.text}" and "${fields.answer ?? fields.label}"`,
    )
  const text = field(row, fields.text, where, "text")
  if (typeof text !== "string")
    throw new DataError(`${where}: the text in "${fields.text}" is ${described(text)}`, "a text is a JSON string")
  if (fields.answer !== undefined) return { text, ...answered(row, fields.answer, where) }
  const label = field(row, fields.label, where, "label")
  if (!isLabel(label))
    throw new DataError(
      `${where}: the label in "${fields.label}" is ${described(label)}`,
      "a label is a word or a number",
    )
  return { text, label: String(label) }
}

/** The first answer, and the others. */
const answered = (row: object, name: string, where: string): Pick<Example, "label" | "others"> => {
  const value = field(row, name, where, "answer")
  const [first, ...others] = Array.isArray(value) ? value : [value]
  const wrong = [first, ...others].find((answer) => !isLabel(answer))
  if (first === undefined || wrong !== undefined)
    throw new DataError(
      `${where}: the answer in "${name}" ${first === undefined ? "is an empty list" : `is ${described(wrong)}`}`,
      "an answer is a text, or a list of texts that are all right",
    )
  return { label: String(first), ...(others.length > 0 ? { others: others.map(String) } : {}) }
}

const field = (row: object, name: string, where: string, option: keyof Fields): unknown => {
  if (Object.hasOwn(row, name)) return (row as Record<string, unknown>)[name]
  const there = Object.keys(row).map((key) => `"${key}"`)
  throw new DataError(
    `${where} has no field "${name}"; it has ${there.length === 0 ? "none" : there.join(", ")}`,
    `name the field that holds the ${option} with the option ${option}: "..."`,
  )
}

const isLabel = (value: unknown): value is Label =>
  (typeof value === "string" && value !== "") ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value))

const described = (value: unknown): string =>
  value === ""
    ? "empty"
    : value === null
      ? "null"
      : Array.isArray(value)
        ? "a list"
        : typeof value === "object"
          ? "an object"
          : `the ${typeof value} ${JSON.stringify(value)}`
