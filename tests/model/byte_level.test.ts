/** Byte-level tokenizers of decoders give the ids and the texts that Hugging Face's Python library gives. */
import assert from "node:assert/strict"
import { test } from "node:test"
import llama from "../../plugins/backbones/llama.ts"
import golden from "../golden/byte_level.json" with { type: "json" }

for (const [name, { ids, decoded, ...parts }] of Object.entries(golden.kinds))
  test(`golden: texts to ids and back as ${name} does it`, () => {
    const checkpoint = { tokenizer: { ...golden.tokenizer, ...parts }, maxTokens: 1000 }
    const found = llama.tokenize(golden.texts, checkpoint)
    assert.deepEqual(
      found.map((tokens) => [...tokens]),
      ids,
    )
    assert.deepEqual(llama.detokenize?.(found, checkpoint), decoded)
  })
