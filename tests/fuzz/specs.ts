/** Texts to try the language on: specs made from the grammar, good files that were damaged, tokens in any order, noise. */
import fc from "fast-check"
import { example } from "../dsl/example.ts"

/** Names that mean something somewhere, and some that look strange. */
const WORDS = [
  ...["compare", "against", "on", "as", "use", "import", "language", "sweep", "written", "shuffled", "true", "none"],
  ...[
    "router",
    "adapter",
    "stream",
    "experiment",
    "l2r",
    "lora",
    "arrow",
    "low_rank",
    "few",
    "accuracy",
    "kept",
    "rank",
  ],
  ...["x", "y1", "_", "größe", "e\u0301tude", "ש_ם", "名前", "low-rank", "a\u200d"],
]
const KINDS = [
  ...["backbone", "data", "memory", "adapter", "router", "strategy", "probe", "backend"],
  ...["stream", "library", "train", "experiment"],
]
const NUMBERS = ["0", "8", "-1", ".5", "1e-3", "5%", "8k", "30s", "2min", "1e999", "8kg", "007", `1${"0".repeat(400)}`]
const SIGNS = ["{", "}", "[", "]", "(", ")", ":", ",", "=", ".", "..", "#", '"', "\\", ";", "@", "\0", "“", "\uFEFF"]
/** Letters that go together, go the other way, take two cells or none. */
const LETTERS = [
  ...[
    "a",
    "Z",
    " ",
    "_",
    "e\u0301",
    "n\u0303\u0320",
    "שלום",
    "مرحبا",
    "\u202E",
    "\u2066",
    "👩‍👩‍👧",
    "🇩🇪",
    "漢字",
    "ｗ",
  ],
  ...["\u200B", "\u0085", "\u2028", "\uD800", "\u0000", "\t", "\\\\", '\\"', "\\n", "\\u{1F600}", "\\q"],
]

const word = fc.constantFrom(...WORDS)
const number = fc.constantFrom(...NUMBERS)
const letters = fc.array(fc.constantFrom(...LETTERS), { maxLength: 6 }).map((parts) => parts.join(""))
const text = letters.map((inner) => `"${inner}"`)

/** What stands between two tokens. */
const spaces = fc.constantFrom(" ", " ", " ", "  ", "\t", "\u00A0 ", "")
const comment = letters.map((inner) => `# ${inner.replace(/[\r\n]/g, "")}`)
const anyGap = fc.oneof(
  { weight: 12, arbitrary: spaces },
  { weight: 3, arbitrary: fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\n  \n\n", "\n    ") },
  { weight: 1, arbitrary: fc.tuple(comment, fc.constantFrom("\n", "\r\n", "\n\n")).map(([c, end]) => `  ${c}${end}`) },
)

/** A token, and whether a line may end before it. */
interface Written {
  readonly image: string
  readonly free: boolean
}
const free = (...images: string[]): Written[] => images.map((image) => ({ image, free: true }))
const tight = (...images: string[]): Written[] => images.map((image) => ({ image, free: false }))

/** Some of these with commas between them, and perhaps one behind the last. */
const separated = (one: fc.Arbitrary<Written[]>, required: boolean): fc.Arbitrary<Written[]> =>
  fc
    .tuple(fc.array(fc.tuple(one, fc.boolean()), { maxLength: 4 }), fc.boolean())
    .map(([all, last]) =>
      all.flatMap(([tokens, comma], index) =>
        index === all.length - 1
          ? [...tokens, ...(last ? free(",") : [])]
          : [...tokens, ...(comma || required ? free(",") : [])],
      ),
    )

const { value, entry } = fc.letrec<{ value: Written[]; entry: Written[]; list: Written[] }>((tie) => ({
  list: separated(tie("value"), true).map((inner) => [...free("["), ...inner, ...free("]")]),
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true, depthSize: "small" },
    word.map((image) => free(image)),
    number.map((image) => free(image)),
    text.map((image) => free(image)),
    fc.tuple(fc.nat(9), fc.nat(12)).map(([from, to]) => free(String(from), "..", String(to))),
    fc.tuple(word, word).map(([name, member]) => free(name, ".", member)),
    tie("list"),
    fc.tuple(word, tie("list")).map(([name, list]) => [...free(name), ...list]),
    tie("list").map((list) => [...free("sweep"), ...list]),
    fc.tuple(word, tie("list")).map(([tag, list]) => [...free("sweep", tag), ...list]),
    fc.tuple(word, separated(tie("value"), true)).map(([name, inner]) => [...free(name, "("), ...inner, ...free(")")]),
    separated(tie("entry"), false).map((inner) => [...free("{"), ...inner, ...free("}")]),
  ),
  entry: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.oneof(word, text), tie("value")).map(([key, v]) => [...free(key, ":"), ...v]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie("value"), tie("value"), tie("value"))
        .map(([left, right, on]) => [...free("compare"), ...left, ...free("against"), ...right, ...free("on"), ...on]),
    },
  ),
}))

const block = separated(entry, false).map((inner) => [...free("{"), ...inner, ...free("}")])
const rightSide = fc
  .tuple(fc.option(word), word, fc.option(text))
  .map(([alias, plugin, location]) => [
    ...tight("="),
    ...(alias ? [...free(alias), ...tight(".")] : []),
    ...(alias ? tight(plugin) : free(plugin)),
    ...(location ? tight(location) : []),
  ])

/** Declarations and lines; a line break stands before the first token of each. */
const declaration: fc.Arbitrary<Written[]> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...KINDS), word, fc.option(rightSide), fc.option(block))
      .map(([kind, name, right, body]) => [...tight(kind, name), ...(right ?? []), ...(body ?? [])]),
  },
  { weight: 1, arbitrary: fc.constantFrom("1", "2", "1.5").map((version) => tight("language", version)) },
  { weight: 1, arbitrary: fc.tuple(text, word).map(([source, alias]) => tight("use", source, "as", alias)) },
  { weight: 1, arbitrary: text.map((source) => tight("import", source)) },
)

const ENDS = ["\n", "\n", "\n\n", "\r\n", "\n\n\n\n", "\r"] as const

/** A file in which every declaration has the form of one, laid out in any way. */
export const grammatical: fc.Arbitrary<string> = fc
  .tuple(fc.array(declaration, { maxLength: 6 }), fc.infiniteStream(anyGap), fc.infiniteStream(spaces))
  .map(([declarations, gaps, narrow]) => {
    let made = ""
    declarations.forEach((tokens, index) => {
      tokens.forEach(({ image, free: mayBreak }, at) => {
        const gap = at === 0 ? "" : (mayBreak ? gaps : narrow).next().value
        // Two words or numbers need something between them.
        made += gap === "" && /[\w%\u00AA-\uFFFF"-]$/.test(made) && /^[\w\u00AA-\uFFFF".-]/.test(image) ? " " : gap
        made += image
      })
      made += ENDS[(index * 7 + tokens.length) % ENDS.length]
    })
    return made
  })

/** Pieces of tokens in any order. */
export const soup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(word, number, text, fc.constantFrom(...SIGNS), fc.constantFrom("\n", "\r\n", "\r", " ", "\n\n"), comment),
    {
      maxLength: 60,
    },
  )
  .chain((parts) => fc.constantFrom("", " ").map((gap) => parts.join(gap)))

/** Any characters, halves of some among them. The strings of fast-check's own take seconds to get ready. */
export const characters = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.nat(0x7f) },
        { weight: 2, arbitrary: fc.nat(0xffff) },
        { weight: 1, arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }) },
      ),
      { maxLength, size: "max" },
    )
    .map((codes) => String.fromCodePoint(...codes))

export const noise: fc.Arbitrary<string> = fc.oneof(
  characters(200),
  fc
    .array(fc.constantFrom(...LETTERS, ...SIGNS, "\n", "\r"), { maxLength: 100, size: "max" })
    .map((parts) => parts.join("")),
  fc.uint8Array({ maxLength: 200, size: "max" }).map((bytes) => new TextDecoder().decode(bytes)),
)

/** A good file with pieces taken out, doubled, moved or replaced. */
export const damaged: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.constant(example), grammatical),
    fc.array(
      fc.record({
        at: fc.nat(2000),
        length: fc.nat(40),
        put: fc.oneof(fc.constantFrom("", ...SIGNS, "\n", "\r", "\r\n"), letters, fc.constant(null)),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([good, edits]) => {
    let made = good
    for (const { at, length, put } of edits) {
      const from = at % (made.length + 1)
      const piece = made.slice(from, from + length)
      made = made.slice(0, from) + (put ?? piece + piece) + made.slice(from + length)
    }
    return made
  })

/** Brackets within brackets, names and numbers without end. */
export const extreme: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom("[", "{", "(", "a: [", "{ a: ", "x(", "9", "x", "# ", '"', "\n", "a: 1\n", ", "), fc.nat(200))
  .chain(([piece, times]) =>
    fc.constantFrom("", "router r = l2r { a: ", "\r\n").map((before) => before + piece.repeat(times)),
  )

export const kinds = { grammatical, damaged, soup, noise, extreme } as const

/** A declaration's value, for tests of one alone. */
export const values: fc.Arbitrary<string> = value.map((tokens) => tokens.map(({ image }) => image).join(" "))
