/**
 * BERT encoders (Devlin et al. 2019): post-norm transformer blocks,
 *   a = LN(h + O(attention(Q h, K h, V h))),  h' = LN(a + U act(D a)), act: gelu, its tanh form, or relu.
 */
import { defineBackbone, optional, PositiveInt, Schema, words } from "../../../src/plugin/index.ts"
import { create } from "./create.ts"
import { files } from "./files.ts"
import { forward } from "./forward.ts"
import { fingerprint, load } from "./load.ts"
import { tokenize } from "./tokenize.ts"

export default defineBackbone({
  name: "bert",
  summary: "BERT-shaped encoder from config.json, model.safetensors and tokenizer.json (Devlin et al. 2019)",
  equation: "a = LN(h + O attention(Qh, Kh, Vh));  h' = LN(a + U gelu(D a))",
  reference: "arXiv 1810.04805",
  options: Schema.Struct({
    max_tokens: optional(PositiveInt, 64, "texts are cut after this many tokens, [CLS] and [SEP] included"),
    pooling: optional(
      words("mean", "cls"),
      "mean",
      "what the heads read: the mean over all tokens of the text, or the state of [CLS]",
    ),
  }),
  load,
  fingerprint,
  tokenize,
  create,
  files,
  forward,
})
