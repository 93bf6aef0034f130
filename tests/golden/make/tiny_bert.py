"""A random BERT small enough to lie beside the tests, with its hidden states."""
import json
import math
import os

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

import fixture
import tiny

WORDS = """[PAD] [UNK] [CLS] [SEP] [MASK] the a is to my i we it and not
rain snow wind sun cloud storm cold warm wet dry bread soup rice tea salt cook eat hot sweet bake
train bus road ticket map walk drive fly late far today please will very good bad what where ##s ##ing ##y ##er ? . !""".split()
TEXTS = ["I eat hot soup.", "the rainy wind", "Where will the last train to my road walk today, please?"]


def make_checkpoint():
    os.makedirs(tiny.CHECKPOINT, exist_ok=True)
    config = dict(
        architectures=["BertModel"], model_type="bert", hidden_act="gelu", hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=32, type_vocab_size=2, vocab_size=len(WORDS), layer_norm_eps=1e-12, pad_token_id=0,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )
    with open(os.path.join(tiny.CHECKPOINT, "config.json"), "w") as file:
        file.write(json.dumps(config, indent=1) + "\n")
    random = np.random.default_rng(20240816)
    weights = {}
    for name, value in BertModel(BertConfig(**config), add_pooling_layer=False).state_dict().items():
        if name.endswith("_ids"):
            continue
        around, scale = (1, 0.15) if name.endswith("LayerNorm.weight") else (0, 0.15) if name.endswith("bias") else (0, 0.4)
        weights[name] = torch.tensor(around + random.normal(size=tuple(value.shape)) * scale, dtype=torch.float32)
    save_file(dict(sorted(weights.items())), os.path.join(tiny.CHECKPOINT, "model.safetensors"), metadata={"format": "pt"})
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(WORDS[:5])
    tokenizer.save(os.path.join(tiny.CHECKPOINT, "tokenizer.json"))
    with open(os.path.join(tiny.CHECKPOINT, "tokenizer_config.json"), "w") as file:
        named = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
        file.write(json.dumps(dict(tokenizer_class="BertTokenizer", do_lower_case=True, model_max_length=32, **named), indent=1) + "\n")
    return tokenizer


def by_formula(ids):
    """The same network written out for one text, in float64: guards against a library that computes something else."""
    from safetensors.numpy import load_file

    w = {name: value.astype(np.float64) for name, value in load_file(os.path.join(tiny.CHECKPOINT, "model.safetensors")).items()}
    erf = np.vectorize(math.erf)
    linear = lambda x, name: x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * w[name + ".weight"] + w[name + ".bias"]

    h = norm(
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][: len(ids)]
        + w["embeddings.token_type_embeddings.weight"][0],
        "embeddings.LayerNorm",
    )
    states = [h]
    for l in (0, 1):
        at = f"encoder.layer.{l}."
        q, k, v = (linear(h, f"{at}attention.self.{n}") for n in ("query", "key", "value"))
        parts = []
        for head in (slice(0, 8), slice(8, 16)):
            scores = np.exp(q[:, head] @ k[:, head].T / math.sqrt(8))
            parts.append(scores / scores.sum(-1, keepdims=True) @ v[:, head])
        h = norm(linear(np.concatenate(parts, -1), at + "attention.output.dense") + h, at + "attention.output.LayerNorm")
        z = linear(h, at + "intermediate.dense")
        h = norm(linear(z * (1 + erf(z / math.sqrt(2))) / 2, at + "output.dense") + h, at + "output.LayerNorm")
        states.append(h)
    return states


def main():
    tokenizer = make_checkpoint()
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    states, means = tiny.run(tiny.tiny()[0], ids)
    low_states, low_means = tiny.run(tiny.tiny(torch.float32)[0], ids)
    hidden = [[state[e, : len(row)] for state in states] for e, row in enumerate(ids)]
    for e, row in enumerate(ids):
        assert fixture.deviation(hidden[e], by_formula(row)) < 1e-12
    fixture.write(
        "tiny_bert",
        "Hidden states of tiny_bert/ (random BERT, 2 layers x 16, 2 heads, intermediate 32, vocabulary 60, exact GELU) in float64",
        {
            "checkpoint": "folder beside this file: config.json, model.safetensors (float32, Hugging Face names, no pooler), tokenizer.json",
            "float32_deviation": "largest difference when torch computes the same in float32",
            "ids": "[example][token] of the texts, [CLS] and [SEP] included",
            "hidden": "[example][0 = after the embeddings, 1.. = after each layer][token][16]",
            "pooled": "[example][16], masked mean of the last hidden states",
        },
        checkpoint="tiny_bert",
        float32_deviation=max(fixture.deviation(list(states), list(low_states)), fixture.deviation(means, low_means)),
        texts=TEXTS,
        ids=ids,
        hidden=hidden,
        pooled=means,
    )


main()
