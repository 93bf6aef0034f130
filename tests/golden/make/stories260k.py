"""Hidden states, logits and continuations of stories260k, a decoder that was really trained."""
import os
import sys

import torch
from tokenizers import Tokenizer

import decoder
import fixture

NAME = "stories260k"
TEXTS = ["Once upon a time, there was a little girl named Lily.", "The dog", "Tom and his mom went to the park \u00e9."]
folder = os.path.join(sys.argv[1], NAME)
tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
ids = [tokenizer.encode(text).ids for text in TEXTS]
model, low = decoder.frozen(folder), decoder.frozen(folder, torch.float32)
exact = [decoder.states(model, row) for row in ids]
rough = [decoder.states(low, row) for row in ids]
beams = dict(num_beams=4, length_penalty=1.0, eos_token_id=2)
for options in (dict(num_beams=1, eos_token_id=2), beams):
    assert [decoder.generated(model, row, 40, **dict(options)) for row in ids] == [decoder.generated(low, row, 40, **dict(options)) for row in ids]
greedy = [decoder.generated(model, row, 40, num_beams=1, eos_token_id=2) for row in ids]
fixture.write(
    NAME,
    "Hidden states, next-token logits and continuations of stories260k (Llama: 5 layers x 64, 8 heads in 4 groups, vocabulary 512) in float64",
    {
        "model": "a folder that does not lie here",
        "ids": "[example][token]",
        "hidden": "[example][0.. = at the input of each block, last = after the final norm][first 2 tokens][first 4 of 64]",
        "logits": "[example][first 32 of 512]",
        "greedy, beams": "[example][up to 40 generated tokens, the end token 2 included]; beams: 4, length penalty 1",
    },
    model=NAME,
    float32_deviation=max(fixture.deviation([*a[0], a[1]], [*b[0], b[1]]) for a, b in zip(exact, rough)),
    texts=TEXTS,
    ids=ids,
    hidden=[[state[:2, :4] for state in states] for states, _ in exact],
    logits=[logits[:32] for _, logits in exact],
    greedy=greedy,
    beams=[decoder.generated(model, row, 40, **dict(beams)) for row in ids],
    continuations=[tokenizer.decode(row) for row in greedy],
)
