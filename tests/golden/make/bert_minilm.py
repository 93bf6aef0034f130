"""Token ids and hidden states of two real checkpoints. Argument: the folder that holds all-MiniLM-L6-v2 and aosp-topics-bert."""
import os
import sys

import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer

import fixture
import tiny

TEXTS = [
    "How do I activate my new card?",
    "the quick brown fox",
    "Café, naïveté & e-mail: 3.14% of $20 — isn't it \"antidisestablishmentarianism\"?",
    "I have been charged twice for the same payment last Tuesday, and nobody at the bank could tell me why; please send the money back.",
]
MODELS = {"bert_minilm": "all-MiniLM-L6-v2", "bert_aosp": "aosp-topics-bert"}


def main(models):
    for name, model in MODELS.items():
        folder = os.path.join(models, model)
        automatic = AutoTokenizer.from_pretrained(folder)
        raw = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        raw.no_padding()
        raw.no_truncation()
        ids = [raw.encode(text).ids for text in TEXTS]
        assert ids == [automatic(text)["input_ids"] for text in TEXTS]
        encoder = tiny.frozen(folder)
        states, means = tiny.run(encoder, ids)
        _, low = tiny.run(encoder.float(), ids)
        fixture.write(
            name,
            f"Token ids and hidden states of {model} (encoder only) on four texts, in float64 from the float32 weights",
            {
                "activation": "hidden_act of config.json: gelu is exact (erf), gelu_new the tanh form",
                "float32_deviation": "largest difference in `pooled` when torch computes the same in float32",
                "ids": "[text][token], [CLS] and [SEP] included",
                "hidden": "[text][0 = after the embeddings, 1..6 = after each layer][first 3 tokens][first 8 coordinates]",
                "pooled": "[text][width], masked mean of the last hidden states (not normalised)",
            },
            model=model,
            activation=encoder.config.hidden_act,
            float32_deviation=fixture.deviation(means, low),
            texts=TEXTS,
            ids=ids,
            hidden=[[state[e, :3, :8] for state in states] for e in range(len(ids))],
            pooled=means,
        )


main(sys.argv[1])
