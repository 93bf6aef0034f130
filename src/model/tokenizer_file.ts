/** The tokenizer.json of an uncased BERT, in the format of Hugging Face's tokenizers. */

/** Special tokens; their ids are their places. */
export const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const

/** BERT's uncased normalisation: no control characters, spaces around CJK, lower case, no accents. */
export const UNCASED = {
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
  longestWord: 100,
} as const

export interface TokenizerFile {
  readonly version: "1.0"
  readonly model: {
    readonly type: "WordPiece"
    readonly vocab: Readonly<Record<string, number>>
    readonly [key: string]: unknown
  }
  readonly [key: string]: unknown
}

const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } })
const sequence = (id: "A" | "B", type_id: number) => ({ Sequence: { id, type_id } })

/** A tokenizer over a vocabulary that starts with `SPECIAL`; one text becomes `[CLS] text [SEP]`. */
export const tokenizerFile = (vocabulary: readonly string[]): TokenizerFile => {
  const { longestWord, ...normalizer } = UNCASED
  const ids = Object.fromEntries(vocabulary.map((piece, id) => [piece, id]))
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer,
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [special("[CLS]"), sequence("A", 0), special("[SEP]")],
      pair: [
        special("[CLS]"),
        sequence("A", 0),
        special("[SEP]"),
        sequence("B", 1),
        { SpecialToken: { id: "[SEP]", type_id: 1 } },
      ],
      special_tokens: Object.fromEntries(
        (["[CLS]", "[SEP]"] as const).map((token) => [
          token,
          { id: token, ids: [SPECIAL.indexOf(token)], tokens: [token] },
        ]),
      ),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: longestWord,
      vocab: ids,
    },
  }
}
