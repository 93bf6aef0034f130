/**
 * Prompt tuning (Lester et al. 2021, arXiv 2104.08691): `length` trained tokens stand before those of the text, at its
 * embeddings,
 *   [P; E],   P [length, width].
 * Positions count them: the text's begin at `length`. What heads and routers read is the text's alone: its own [CLS], the
 * mean of its own tokens, its last token; the prompt acts through attention, as a prefix does.
 */
import {
  DataError,
  defineAdapter,
  fromVocabulary,
  normal,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  words,
} from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "prompt",
  summary: "Trained tokens before those of the text (Lester et al. 2021)",
  equation: "[P; E], E the embeddings of the text",
  reference: "arXiv 2104.08691",
  checked: "HF PEFT: training, folders, states, generated texts; PyTorch: gradients",
  options: Schema.Struct({
    length: optional(PositiveInt, 10, "number of trained tokens"),
    start: optional(
      words("vocabulary", "text", "normal"),
      "vocabulary",
      "first values: embeddings of tokens drawn from the vocabulary, those of a text's tokens, or normal numbers",
    ),
    text: optional(Schema.String, "", "the text to start from, again and again where it is shorter than the prompt"),
    deviation: optional(PositiveNumber, 0.02, "standard deviation of the normal numbers"),
  }),
  sites: () => ["embeddings"],
  parameters: ({ in: width }, { length, start, text, deviation }) => {
    if (start === "text" && text === "")
      throw new DataError("prompt: start: text needs the text", 'write it: text: "the topic is"')
    return {
      P:
        start === "normal"
          ? normal([length, width], deviation)
          : fromVocabulary(length, width, start === "text" ? text : undefined),
    }
  },
  extend: ({ P }) => ({ tokens: P }),
  axes: () => ({ P: ["own", "y"] }),
  peft: {
    type: "PROMPT_TUNING",
    options: ({ number }) => ({ length: number("num_virtual_tokens", 0) }),
    config: ({ length }) => ({
      task_type: "FEATURE_EXTRACTION",
      num_virtual_tokens: length,
      num_transformer_submodules: 1,
      prompt_tuning_init: "RANDOM",
    }),
    only: { num_transformer_submodules: [1, 2] },
    // How it began does not change what a trained prompt computes.
    silent: [
      "prompt_tuning_init",
      "prompt_tuning_init_text",
      "tokenizer_name_or_path",
      "tokenizer_kwargs",
      "num_attention_heads",
      "num_layers",
      "token_dim",
    ],
    prompt: { tensor: "prompt_embeddings", at: "embeddings" },
    tensors: () => ({ P: { name: "tokens" } }),
  },
})
