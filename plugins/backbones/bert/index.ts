/**
 * BERT encoders (Devlin et al. 2019): post-norm transformer blocks,
 *   a = LN(h + O(attention(Q h, K h, V h))),  h' = LN(a + U act(D a)), act: gelu, its tanh form, or relu.
 */
import {
  checkpointReader,
  defineBackbone,
  encoderOptions,
  postNormEncoder,
  Schema,
  tokenizeFramed,
} from "../../../src/plugin/index.ts"
import { create } from "./create.ts"
import { family } from "./family.ts"
import { files } from "./files.ts"

export default defineBackbone({
  name: "bert",
  modelTypes: family.modelTypes,
  summary: "BERT-shaped encoder from config.json, model.safetensors and tokenizer.json (Devlin et al. 2019)",
  equation: "a = LN(h + O attention(Qh, Kh, Vh));  h' = LN(a + U gelu(D a))",
  reference: "arXiv 1810.04805",
  checked: "HF transformers: token ids and hidden states of a random checkpoint and of two real ones",
  options: Schema.Struct(encoderOptions),
  ...checkpointReader(family),
  tokenize: tokenizeFramed,
  create,
  files,
  forward: postNormEncoder,
})
