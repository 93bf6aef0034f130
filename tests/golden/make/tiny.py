"""The tiny BERT of the fixtures: loads it, opens its attachment sites, runs it on texts of unequal length."""
import os

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from fixture import FOLDER

CHECKPOINT = os.path.join(FOLDER, "tiny_bert")


class Site(torch.nn.Module):
    """A linear layer; `update(x, y)` may replace what leaves it."""

    def __init__(self, linear):
        super().__init__()
        self.linear = linear
        self.update = None

    def forward(self, x):
        y = self.linear(x)
        return y if self.update is None else self.update(x, y)


def frozen(folder, dtype=torch.float64):
    """An encoder without pooler, eager attention, no dropout."""
    config = BertConfig.from_pretrained(folder, attn_implementation="eager")
    weights = {name.removeprefix("bert."): value for name, value in load_file(os.path.join(folder, "model.safetensors")).items()}
    model = BertModel(config, add_pooling_layer=False)
    missing, _ = model.load_state_dict(weights, strict=False)
    assert [name for name in missing if not name.endswith("_ids")] == [], missing
    return model.to(dtype).eval().requires_grad_(False)


def tiny(dtype=torch.float64):
    """The tiny BERT and its sites by canonical name."""
    model = frozen(CHECKPOINT, dtype)
    sites = {}
    for number, layer in enumerate(model.encoder.layer):
        places = {
            "attention.query": (layer.attention.self, "query"),
            "attention.value": (layer.attention.self, "value"),
            "attention.output": (layer.attention.output, "dense"),
            "output": (layer.output, "dense"),
        }
        for name, (owner, attribute) in places.items():
            sites[f"layer.{number}.{name}"] = site = Site(getattr(owner, attribute))
            setattr(owner, attribute, site)
    return model, sites


def padded(ids):
    """Lists of ids to ids [examples, length] and mask [examples, length]."""
    length = max(map(len, ids))
    return (
        torch.tensor([row + [0] * (length - len(row)) for row in ids]),
        torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in ids]),
    )


def pooled(hidden, mask):
    weights = mask[..., None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1)


def run(model, ids, before_block=None):
    """Hidden states (embeddings, then each layer) and the masked mean of the last. `before_block(layer, hidden, mask)` sees each block's input."""
    x, mask = padded(ids)
    hooks = []
    if before_block is not None:
        for number, layer in enumerate(model.encoder.layer):
            hooks.append(layer.register_forward_pre_hook(lambda _, inputs, number=number: before_block(number, inputs[0], mask)))
    try:
        states = model(input_ids=x, attention_mask=mask, output_hidden_states=True).hidden_states
    finally:
        for hook in hooks:
            hook.remove()
    return states, pooled(states[-1], mask)
