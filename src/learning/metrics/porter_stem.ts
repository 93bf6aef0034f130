/**
 * The stem of an English word by suffix rules (Porter 1980, "An algorithm for suffix stripping"), with the changes that
 * NLTK's stemmer made by default: irregular words, "ies" and "ied" of short words, y after a consonant. A word is
 * [C](VC)^m[V] with C and V runs of consonants and vowels; most rules want a certain measure m of what stays.
 */

/** What is put in the place of a suffix, and when, given what stays; a suffix that fits ends the step. */
type Rule = readonly [suffix: string, replacement: string, when?: (stem: string) => boolean]

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["sky", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
])

/** Of a word in lower case. */
export const porterStem = (word: string): string => {
  const known = IRREGULAR.get(word)
  if (known !== undefined) return known
  return word.length <= 2 ? word : STEPS.reduce((stem, step) => step(stem), word)
}

const consonant = (word: string, i: number): boolean =>
  word[i] === "y" ? i === 0 || !consonant(word, i - 1) : !"aeiou".includes(word[i])

/** How often a vowel is followed by a consonant. */
const measure = (word: string): number => {
  let m = 0
  for (let i = 1; i < word.length; i++) if (!consonant(word, i - 1) && consonant(word, i)) m++
  return m
}

const hasVowel = (word: string): boolean => [...word].some((_, i) => !consonant(word, i))

const endsDouble = (word: string): boolean =>
  word.length > 1 && word.at(-1) === word.at(-2) && consonant(word, word.length - 1)

/** Ends with consonant, vowel, consonant, the last none of w, x, y; or is a vowel and a consonant. */
const endsShort = (word: string): boolean => {
  const n = word.length
  if (n === 2) return !consonant(word, 0) && consonant(word, 1)
  return (
    n > 2 && consonant(word, n - 3) && !consonant(word, n - 2) && consonant(word, n - 1) && !"wxy".includes(word[n - 1])
  )
}

const some = (stem: string): boolean => measure(stem) > 0
const more = (stem: string): boolean => measure(stem) > 1

const cut = (word: string, suffix: string): string => word.slice(0, word.length - suffix.length)

const byRules =
  (rules: readonly Rule[]) =>
  (word: string): string => {
    const rule = rules.find(([suffix]) => word.endsWith(suffix))
    if (!rule) return word
    const [suffix, replacement, when] = rule
    const stem = cut(word, suffix)
    return !when || when(stem) ? stem + replacement : word
  }

const plurals = (word: string): string =>
  word.length === 4 && word.endsWith("ies")
    ? cut(word, "s")
    : byRules([
        ["sses", "ss"],
        ["ies", "i"],
        ["ss", "ss"],
        ["s", ""],
      ])(word)

const pasts = (word: string): string => {
  if (word.endsWith("ied")) return cut(word, word.length === 4 ? "d" : "ed")
  if (word.endsWith("eed")) return some(cut(word, "eed")) ? cut(word, "d") : word
  const suffix = ["ed", "ing"].find((one) => word.endsWith(one) && hasVowel(cut(word, one)))
  if (suffix === undefined) return word
  const stem = cut(word, suffix)
  const last = stem.at(-1) as string
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`
  if (endsDouble(stem)) return "lsz".includes(last) ? stem : cut(stem, last)
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem
}

const finalY = byRules([["y", "i", (stem) => stem.length > 1 && consonant(stem, stem.length - 1)]])

const doubleSuffixes = (word: string): string =>
  word.endsWith("alli") && some(cut(word, "alli"))
    ? doubleSuffixes(cut(word, "li"))
    : byRules([
        ["ational", "ate", some],
        ["tional", "tion", some],
        ["enci", "ence", some],
        ["anci", "ance", some],
        ["izer", "ize", some],
        ["bli", "ble", some],
        ["alli", "al", some],
        ["entli", "ent", some],
        ["eli", "e", some],
        ["ousli", "ous", some],
        ["ization", "ize", some],
        ["ation", "ate", some],
        ["ator", "ate", some],
        ["alism", "al", some],
        ["iveness", "ive", some],
        ["fulness", "ful", some],
        ["ousness", "ous", some],
        ["aliti", "al", some],
        ["iviti", "ive", some],
        ["biliti", "ble", some],
        ["fulli", "ful", some],
        ["logi", "log", (stem) => some(`${stem}l`)],
      ])(word)

const adjectives = byRules([
  ["icate", "ic", some],
  ["ative", "", some],
  ["alize", "al", some],
  ["iciti", "ic", some],
  ["ical", "ic", some],
  ["ful", "", some],
  ["ness", "", some],
])

const lastSuffixes = byRules([
  ...["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"].map(
    (suffix) => [suffix, "", more] as const,
  ),
  ["ion", "", (stem) => more(stem) && /[st]$/.test(stem)],
  ...["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map((suffix) => [suffix, "", more] as const),
])

const finalE = byRules([["e", "", (stem) => more(stem) || (measure(stem) === 1 && !endsShort(stem))]])
const finalL = byRules([["ll", "l", (stem) => more(`${stem}l`)]])

const STEPS = [plurals, pasts, finalY, doubleSuffixes, adjectives, lastSuffixes, finalE, finalL]
