/** A data source: here its texts stand in the file, yours may come from anywhere. */
import { createHash } from "node:crypto"
import { DataError, defineData, NoOptions, type Task } from "l2r/plugin"

const split = (texts: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(texts).flatMap(([label, all]) => all.map((text) => ({ text, label })))

const tasks: readonly Task[] = [
  {
    name: "weather",
    labels: ["rain", "sun"],
    train: split({
      rain: ["dark clouds pour water over the fields", "the gutters overflow after the storm"],
      sun: ["the sky is blue and the day is warm", "bright light and no cloud to be seen"],
    }),
    validation: [],
    test: split({ rain: ["a wet and stormy afternoon"], sun: ["a warm day under a clear sky"] }),
  },
  {
    name: "kitchen",
    labels: ["cook", "clean"],
    train: split({
      cook: ["stir the onions until they are golden", "let the soup boil for ten minutes"],
      clean: ["rinse the plates and dry the glasses", "wipe the table with a damp cloth"],
    }),
    validation: [],
    test: split({ cook: ["fry the eggs in butter"], clean: ["wash the cups and the spoons"] }),
  },
]

const named = (names: readonly string[]): readonly Task[] =>
  names.map((name) => {
    const found = tasks.find((task) => task.name === name)
    if (!found)
      throw new DataError(`there is no task "${name}"`, `there is: ${tasks.map((task) => task.name).join(", ")}`)
    return found
  })

export default defineData({
  name: "household",
  summary: "Two small tasks that stand in the file itself",
  options: NoOptions,
  tasks: async () => tasks.map(({ name }) => name),
  load: async (names) => named(names),
  fingerprint: async (names) =>
    createHash("sha256")
      .update(JSON.stringify(named(names)))
      .digest("hex"),
})
