/** Explanations of 01: characters, texts, numbers, brackets, the form of declarations. */
import type { Pages } from "./page.ts"

export const reading: Pages = {
  L2R0101: {
    title: "a character without a meaning",
    text: `A spec is made of words, numbers, texts in straight quotes \`"..."\`, the signs \`= : , . .. { } [ ] ( )\`, and comments, which begin with \`#\`. Anything else means nothing here.

Usual causes are \`;\` at the end of a line, as in other languages, curly or single quotes from a word processor, and invisible characters that came along when something was copied from a page. The message writes the latter out, as in \`<U+200B>\`.

Only the option in which the character stands is lost; everything else is still checked.`,
    wrong: "adapter low_rank = lora { rank: 8; alpha: 16 }",
    right: "adapter low_rank = lora { rank: 8, alpha: 16 }",
  },
  L2R0102: {
    title: "a text that is not closed",
    text: `A text ends on the line on which it begins. The closing \`"\` is missing, or a backslash before it makes it part of the text.

A line break within a text is written \`\\n\`.`,
    wrong: 'data intents = jsonl "data/banking77',
    right: 'data intents = jsonl "data/banking77"',
  },
  L2R0103: {
    title: "not an escape",
    text: `Within a text, a backslash begins an escape: \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\`, or \`\\u{1F600}\` for a character by its code point. Other letters have no meaning after it.

The usual cause is a path of Windows: write \`/\`, which works there too, or double the backslashes.`,
    wrong: 'data intents = jsonl "C:\\data"',
    right: 'data intents = jsonl "C:/data"',
  },
  L2R0104: {
    title: "not a unit",
    text: `Letters right behind a number are its unit: \`%\` for hundredths, \`k\` and \`M\` for thousands and millions, \`ms\`, \`s\`, \`min\` and \`h\` for times.

A name that begins with a digit, such as that of a task, is no word: write it as a text, \`"20_news"\`.`,
    wrong: "train long { batch: 1K }",
    right: "train long { batch: 1k }",
  },
  L2R0105: {
    title: "a number that is too large",
    text: `Numbers are read as 64-bit floating point, as in most languages, so they end at about 1.8e308. An exponent with a digit too many is the usual cause.`,
    wrong: "train fast { learning_rate: 1e400 }",
    right: "train fast { learning_rate: 1e-4 }",
  },
  L2R0106: {
    title: "not a name",
    text: `Names of declarations and options have the letters a to z and A to Z, digits and \`_\`, and begin with no digit. They become names of files, columns and variants, so they are kept to what works everywhere.

Where a text will do, as for the name of a task, any characters may stand: write \`"größe"\`.`,
    wrong: "adapter low-rank = lora",
    right: "adapter low_rank = lora",
  },
  L2R0107: {
    title: "a bracket that is never closed",
    text: `Every \`{\`, \`[\` and \`(\` needs its counterpart. The place that is shown is the bracket that was left open; where its counterpart belongs, only you can tell.

A new declaration at the beginning of a line ends the search, so the rest of the file is checked as if the bracket had been closed.`,
    wrong: "adapter low_rank = lora { targets: [query, value }",
    right: "adapter low_rank = lora { targets: [query, value] }",
  },
  L2R0108: {
    title: "a bracket that closes nothing",
    text: "A closing bracket stands where none is open. Either it is one too many, or the one that should open it is missing or of another form.",
    wrong: "adapter low_rank = lora { rank: 8) }",
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0109: {
    title: "brackets nested too deeply",
    text: "Brackets may stand within each other sixty-four times. No option of any plugin comes near that, so a program that writes specs has most likely gone wrong.",
    wrong: `adapter low_rank = lora { rank: ${"[".repeat(70)}${"]".repeat(70)} }`,
    right: "adapter low_rank = lora { targets: [query] }",
  },
  L2R0110: {
    title: "something else was expected",
    text: `What stands here does not fit the form of a spec. An option reads \`name: value\`, a declaration \`kind name = plugin { options }\`, a comparison \`compare learnt against [nearest, uniform] on accuracy\`.

The message says what could have stood there. Only this option or this line is lost: all others are still checked.`,
    wrong: "adapter low_rank = lora { rank = 8 }",
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0111: {
    title: "not a declaration",
    text: "Outside of all blocks stand declarations, which begin with their kind, and the lines `language`, `use` and `import`. A block, a list, a text or a number alone means nothing there.",
    wrong: "{ rank: 8 }",
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0112: {
    title: "not a kind of declaration",
    text: `A declaration begins with its kind: \`backbone\`, \`data\`, \`stream\`, \`memory\`, \`adapter\`, \`library\`, \`train\`, \`router\`, \`strategy\`, \`probe\`, \`backend\` or \`experiment\`.

Another word at the beginning of a line is taken for a misspelt kind. If the line should belong to the option above it, its bracket was closed too early.`,
    wrong: "adaptor low_rank = lora",
    right: "adapter low_rank = lora",
  },
  L2R0113: {
    title: "too many problems to show",
    text: "The first two hundred problems of a file are shown. What has so many is usually not a spec, or one in which a single change has touched everything.",
    wrong: "adapter low_rank = lora { rnak: 8 }\n".repeat(205).trimEnd(),
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0114: {
    title: "two options without a comma between them",
    text: "Options that stand on one line have commas between them, so that it is seen where one ends; the end of a line does as well. `l2r fmt` writes the comma.",
    wrong: "adapter low_rank = lora { rank: 4 alpha: 8 }",
    right: "adapter low_rank = lora { rank: 4, alpha: 8 }",
  },
}
