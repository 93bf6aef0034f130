"""Trains an adapter and a head on the tiny BERT for 50 steps, from given values, in given batches: what lora_curve and bottleneck_curve share."""
import os

import numpy as np
import torch
from tokenizers import Tokenizer

import fixture
import tiny

STEPS = 50
TEXTS = [
    # weather
    "the rain is cold", "snow and wind today", "the sun is warm", "a cloudy storm", "it is very wet", "i like the dry sun and not the rain",
    "a cold wind", "will the storm be bad?",
    # food
    "i eat bread", "hot soup and tea please", "we cook the rice", "a sweet bake", "my tea is not hot!", "what is the salt to soup",
    "baking bread today", "please cook it with very good salt and rice.",
    # travel
    "the bus is late", "a ticket to my train", "walking far", "where is the road?", "we drive to the map", "will it fly today",
    "the train ticket is bad", "i walk the road far and the bus is very very late",
]  # fmt: skip
LABELS = [0] * 8 + [1] * 8 + [2] * 8
SETTINGS = {
    "steps": STEPS, "adapter_learning_rate": 1e-3, "head_learning_rate": 1e-2, "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
    "schedule": "linear: learning rate times 1 - n/steps at step n = 0..steps-1",
}  # fmt: skip
LAYOUT = {
    "settings": "AdamW with decoupled weight decay on every trained parameter (biases too); the loss is the mean cross entropy of a batch",
    "ids": "[example][token], tokenized texts with [CLS] and [SEP]",
    "labels": "[example], 0..2",
    "batches": "[step][examples of the batch]; the last of an epoch is smaller",
    "initial / final": "{adapter: {site: {parameter: values}}, head: {W [16, 3], b [3]}}; logits = pooled W + b, pooled = masked mean of the last hidden states",
    "first_gradients": "like initial: gradients at step 0",
    "losses": "[step], before the update of that step",
    "final_logits": "[example][3] after the last update",
    "float32_deviation": "largest differences when torch does the same in float32: losses, final parameters",
}


def examples():
    tokenizer = Tokenizer.from_file(os.path.join(tiny.CHECKPOINT, "tokenizer.json"))
    return [tokenizer.encode(text).ids for text in TEXTS]


def batch_order(seed, size=5):
    random = np.random.default_rng(seed)
    order = []
    while len(order) < STEPS:
        shuffled = random.permutation(len(TEXTS)).tolist()
        order += [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    return order[:STEPS]


class AdamW:
    """theta <- theta (1 - lr wd) - lr m^ / (sqrt(v^) + eps), written out."""

    def __init__(self, groups):
        self.groups = [([(p, torch.zeros_like(p), torch.zeros_like(p)) for p in parameters], rate, decay) for parameters, rate, decay in groups]
        self.t = 0

    @torch.no_grad()
    def step(self, factor):
        self.t += 1
        for entries, rate, decay in self.groups:
            rate = rate * factor
            for p, m, v in entries:
                m.mul_(0.9).add_(p.grad, alpha=1 - 0.9)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=1 - 0.999)
                p.mul_(1 - rate * decay)
                p.sub_(rate * (m / (1 - 0.9**self.t)) / ((v / (1 - 0.999**self.t)).sqrt() + 1e-8))


def train(initial, update, ids, order, dtype, optimizer="formula"):
    """`update(x, y, parameters)` replaces what leaves a site."""
    model, sites = tiny.tiny(dtype)
    tensor = lambda value: torch.tensor(value, dtype=dtype, requires_grad=True)
    adapter = {site: {name: tensor(value) for name, value in values.items()} for site, values in initial["adapter"].items()}
    head = {name: tensor(value) for name, value in initial["head"].items()}
    for site, parameters in adapter.items():
        sites[site].update = lambda x, y, parameters=parameters: update(x, y, parameters)
    inner, outer = [p for values in adapter.values() for p in values.values()], list(head.values())
    logits = lambda rows: tiny.run(model, [ids[i] for i in rows])[1] @ head["W"] + head["b"]
    copy = lambda pick: {
        "adapter": {site: {name: pick(p).clone() for name, p in values.items()} for site, values in adapter.items()},
        "head": {name: pick(p).clone() for name, p in head.items()},
    }
    if optimizer == "formula":
        adamw = AdamW([(inner, 1e-3, 0.01), (outer, 1e-2, 0.01)])
    else:
        adamw = torch.optim.AdamW([{"params": inner, "lr": 1e-3}, {"params": outer, "lr": 1e-2}], weight_decay=0.01)
    losses, first = [], None
    for n, rows in enumerate(order):
        loss = torch.nn.functional.cross_entropy(logits(rows), torch.tensor([LABELS[i] for i in rows]))
        for p in inner + outer:
            p.grad = None
        loss.backward()
        losses.append(loss.item())
        first = first or copy(lambda p: p.grad)
        if optimizer == "formula":
            adamw.step(1 - n / STEPS)
        else:
            for group, base in zip(adamw.param_groups, (1e-3, 1e-2)):
                group["lr"] = base * (1 - n / STEPS)
            adamw.step()
    with torch.no_grad():
        return {"losses": losses, "first_gradients": first, "final": copy(lambda p: p.detach()), "final_logits": logits(range(len(ids)))}


def curve(initial, update, seed):
    """The curve in float64, checked against torch's own optimizer, and how far float32 strays from it."""
    ids, order = examples(), batch_order(seed)
    high = train(initial, update, ids, order, torch.float64)
    theirs = train(initial, update, ids, order, torch.float64, "torch")
    assert fixture.deviation(high["losses"], theirs["losses"]) < 1e-10
    low = train(initial, update, ids, order, torch.float32)
    assert high["losses"][-1] < high["losses"][0]
    strays = {name: fixture.deviation(high[name], low[name]) for name in ("losses", "final")}
    return {"float32_deviation": strays, "batches": order, "initial": initial, **high}
