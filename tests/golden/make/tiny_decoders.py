"""Random decoders of the Llama family small enough to lie beside the tests, with their hidden states and logits."""
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, processors
from transformers import AutoConfig, AutoModelForCausalLM

import decoder
import fixture

VOCABULARY = ["<unk>", "<s>", "</s>", "\u2581", *"abcdefghijklmnopqrstuvwxyz", "\u2581a", "\u2581t"]
TEXTS = ["a text", "longer than a window", "so"]


def make_tokenizer():
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(VOCABULARY)}, [("\u2581", "a"), ("\u2581", "t")], unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(VOCABULARY[:3])
    return tokenizer


def make_checkpoint(name, seed, tokenizer):
    folder = os.path.join(decoder.FOLDERS, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        file.write(json.dumps(decoder.CONFIGS[name], indent=1) + "\n")
    random = np.random.default_rng(seed)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if key == "lm_head.weight" and decoder.CONFIGS[name]["tie_word_embeddings"]:
            continue
        around, scale = (1, 0.2) if key.endswith("norm.weight") else (0, 0.2) if key.endswith("bias") else (0, 1.0) if "embed" in key else (0, 0.5)
        weights[key] = torch.tensor(around + random.normal(size=tuple(value.shape)) * scale, dtype=torch.float16)
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)


def main():
    tokenizer = make_tokenizer()
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    models_ = {}
    for number, name in enumerate(decoder.CONFIGS):
        make_checkpoint(name, 100 + number, tokenizer)
        exact = [decoder.states(decoder.tiny(name), row) for row in ids]
        low = [decoder.states(decoder.tiny(name, torch.float32), row) for row in ids]
        models_[name] = {
            "float32_deviation": max(fixture.deviation([*a[0], a[1]], [*b[0], b[1]]) for a, b in zip(exact, low)),
            "hidden": [states for states, _ in exact],
            "logits": [logits for _, logits in exact],
        }
    fixture.write(
        "tiny_decoders",
        "Hidden states and next-token logits of tiny_decoders/ (random decoders, 2 layers x 8, 4 heads in 2 groups, vocabulary 32) in float64",
        {
            "models": "folders in tiny_decoders/: config.json, model.safetensors (float16, Hugging Face names), tokenizer.json",
            "float32_deviation": "largest difference when torch computes the same in float32; angles of rotary embeddings are float32 in both",
            "ids": "[example][token] of the texts, <s> included",
            "hidden": "[example][0.. = at the input of each block, last = after the final norm][token][8]",
            "logits": "[example][32], of the token after the text",
        },
        texts=TEXTS,
        ids=ids,
        models=models_,
    )


main()
