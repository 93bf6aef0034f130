"""Random encoder-decoders small enough to lie beside the tests: their states and scores, and what they generate."""
import json
import math
import os
from collections import Counter

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoConfig, T5ForConditionalGeneration
from transformers.models.t5.modeling_t5 import T5Attention

import fixture
import t5

WORDS = "the rain falls on the cold road and the wind blows late in the warm town".split()
TEXTS = ["the warm wind", "rain falls on the cold road in the town and the wind blows on the road late", "so"]
NEW = 10
random = np.random.default_rng(51)
ANSWERS = [random.integers(3, 40, n).tolist() + [1] for n in (3, 19, 1)]


def make_tokenizer():
    """As T5 brings it, without its map of characters: pieces by their counts, an end token after each text."""
    words = ["\u2581" + word for word in WORDS]
    counts = Counter(letter for word in words for letter in word) + Counter(word for word in words if words.count(word) > 1)
    pieces = sorted(counts, key=lambda piece: (-counts[piece], piece))
    total = sum(counts.values())
    scored = [(piece, 0.0) for piece in ("<pad>", "</s>", "<unk>")] + [(piece, round(math.log(counts[piece] / total), 4)) for piece in pieces]
    assert len(scored) <= 40
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always")
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return tokenizer


def make_checkpoint(name, seed, tokenizer):
    folder = os.path.join(t5.FOLDERS, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        file.write(json.dumps(t5.CONFIGS[name], indent=1) + "\n")
    random = np.random.default_rng(seed)
    model = T5ForConditionalGeneration(AutoConfig.from_pretrained(folder))
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if "embed_tokens" in key or (key == "lm_head.weight" and t5.CONFIGS[name]["tie_word_embeddings"]):
            continue
        around, scale = (1, 0.2) if "norm" in key else (0, 1.0) if key in ("shared.weight", "lm_head.weight") or "relative" in key else (0, 0.4)
        weights[key] = torch.tensor(around + random.normal(size=tuple(value.shape)) * scale, dtype=torch.float16)
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
    loaded = t5.tiny(name)
    assert "lm_head.weight" not in weights or torch.equal(loaded.lm_head.weight, weights["lm_head.weight"].double()), name


def run(name, ids, dtype):
    """Of each text by itself: states of the encoder, and scores of its answer's tokens."""
    model = t5.tiny(name, dtype)
    out = [model(input_ids=torch.tensor([row]), labels=torch.tensor([answer])) for row, answer in zip(ids, ANSWERS)]
    return [one.encoder_last_hidden_state[0] for one in out], [one.logits[0] for one in out], [one.loss for one in out]


def written(name, ids, dtype, end):
    model = t5.tiny(name, dtype)
    every = lambda **options: [t5.generated(model, row, NEW, **options) for row in ids]
    return {
        "greedy": every(num_beams=1),
        "greedy_end": every(num_beams=1, eos_token_id=end),
        "beams_3_end": every(num_beams=3, length_penalty=1.0, eos_token_id=end),
        "beams_4_long": every(num_beams=4, length_penalty=2.0, eos_token_id=end),
    }


def end_of(name, ids):
    """A token that some texts meet."""
    tokens = [token for row in ids for token in t5.generated(t5.tiny(name), row, NEW, num_beams=3)[1:]]
    return min(set(tokens), key=lambda token: (abs(tokens.count(token) - 3), token))


def buckets(bidirectional, count, reach):
    distances = torch.arange(-reach - 20, reach + 21)
    return T5Attention._relative_position_bucket(distances, bidirectional=bidirectional, num_buckets=count, max_distance=reach)


def main():
    tokenizer = make_tokenizer()
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    made = {}
    for number, name in enumerate(t5.CONFIGS):
        make_checkpoint(name, 140 + number, tokenizer)
        with torch.no_grad():
            exact, low = run(name, ids, torch.float64), run(name, ids, torch.float32)
        end = end_of(name, ids)
        texts = written(name, ids, torch.float64, end)
        assert texts == written(name, ids, torch.float32, end), name
        made[name] = {"float32_deviation": fixture.deviation(exact, low), "hidden": exact[0], "logits": exact[1], "losses": exact[2], "end": end, **texts}
    fixture.write(
        "tiny_t5",
        "States, scores and generated texts of tiny_t5/ (random encoder-decoders, 8 wide, 2 heads of 3, vocabulary 40) in float64",
        {
            "models": "folders in tiny_t5/: config.json, model.safetensors (float16, Hugging Face names), tokenizer.json",
            "float32_deviation": "largest difference when torch computes the same in float32",
            "ids": "[text][token], </s> included",
            "answers": "[text][token], </s> included",
            "hidden": "[text][token][8], the encoder's after its last norm",
            "logits": "[text][token of the answer][40], each given those before it",
            "losses": "[text], the mean over the answer",
            "end": "the end token of the texts whose names end in _end or _long; the others have none",
            "greedy, beams_<n>": f"[text], up to {NEW} tokens; the length penalty is 1, or 2 in _long",
            "buckets": "of distances -reach - 20 .. reach + 20, from a query to its key",
        },
        texts=TEXTS,
        ids=ids,
        answers=ANSWERS,
        new_tokens=NEW,
        decoded=[tokenizer.decode(answer) for answer in ANSWERS],
        models=made,
        buckets=[
            dict(both=both, count=count, reach=reach, of=buckets(both, count, reach))
            for both, count, reach in ((True, 32, 128), (False, 32, 128), (True, 8, 16), (False, 8, 16), (True, 12, 100))
        ],
    )


main()
