"""Strategies along the texts of three tasks as one blurred sequence without boundaries, by their formulas: what is trained where each task has come."""
import math

import torch

import fixture
from strategies import IDS, INITIAL, LABEL, CLASSES, Dark, DarkAll, Model, Projected, Replay, Strategy, final

EPOCHS, BATCH, CAPACITY = 2, 4, 5
# Texts as l2r draws them for seed 1 and a blur of 50 %: the test holds the order against it.
ORDER = [7, 5, 3, 1, 0, 4, 2, 6, 10, 9, 14, 12, 13, 11, 19, 15, 8, 23, 18, 16, 22, 20, 21, 17]


def ring(arrived):
    """Of each class, numbered as they come, the newest ceil((m - i) / k) examples."""
    classes = {}
    for text in arrived:
        classes.setdefault(LABEL[text], []).append(text)
    share = lambda i: max(0, math.ceil((CAPACITY - i) / len(classes)))
    return [text for i, own in enumerate(classes.values()) for text in (own[-share(i) :] if share(i) else [])]


def in_passing(kind):
    """Logits are kept of texts before the model is trained on them, with the classes that came before."""

    class Passing(kind):
        def loss(self, batch, memory):
            loss = self.model.ce(batch)
            if not memory:
                return loss
            squares = []
            for i, z in zip(memory, self.model.logits(memory)):
                kept, seen = self.kept[i]
                over = list(range(CLASSES)) if self.over == "all" else sorted(seen)
                squares.append(((z[over] - kept[over]) ** 2).sum() / max(1, len(over)))
            return loss + self.alpha * torch.stack(squares).mean() + self.beta * self.model.ce(memory)

        def pass_by(self, batch, before):
            with torch.no_grad():
                for i, z in zip(batch, self.model.logits(batch)):
                    self.kept[i] = (z.clone(), {LABEL[j] for j in before})

    return Passing


def train(kind):
    model = Model()
    strategy = kind(model)
    adamw = torch.optim.AdamW([{"params": model.body, "lr": 1e-2}, {"params": list(model.head.values()), "lr": 5e-2}], weight_decay=0.01)
    total = EPOCHS * math.ceil(len(ORDER) / BATCH)
    last = [max(ORDER.index(i) for i in range(8 * (t + 1))) for t in range(3)]
    moments = [None] * 3
    step = 0
    for at in range(0, len(ORDER), BATCH):
        batch, before = ORDER[at : at + BATCH], ORDER[:at]
        if isinstance(strategy, Dark):
            strategy.pass_by(batch, before)
        for _ in range(EPOCHS):
            for group, rate in zip(adamw.param_groups, (1e-2, 5e-2)):
                group["lr"] = rate * (1 - step / total)
            for p, g in zip(model.parameters, strategy.gradients(batch, ring(before))):
                p.grad = g.detach()
            adamw.step()
            step += 1
        for t in range(3):
            if moments[t] is None and last[t] < at + BATCH:
                moments[t] = fixture.plain({"model": final(model), "seen": sorted({LABEL[i] for i in ORDER[: at + BATCH]}), "kept": sorted(ring(ORDER[: at + BATCH]))})
    return moments


dark = {"alpha": Dark.alpha, "beta": Dark.beta}
variants = [
    {"strategy": "sequential", "options": {}, "moments": train(Strategy)},
    {"strategy": "er", "options": {}, "moments": train(Replay)},
    {"strategy": "der_pp", "options": dark, "moments": train(in_passing(Dark))},
    {"strategy": "der_pp", "options": {**dark, "classes": "all"}, "moments": train(in_passing(DarkAll))},
    {"strategy": "a_gem", "options": {}, "moments": train(Projected)},
]
assert Projected.projections > 0
fixture.write(
    "sequence",
    "training strategies along three tasks' texts as one sequence without boundaries, on tiny_bert/ with LoRA and a joint head, in float64; texts, labels and first values are those of strategies.json",
    {
        "order": "[example]; in which they arrive: seed 1, a blur of 50 %",
        "settings": "AdamW throughout, each batch followed `epochs` times before the next, linear schedule over all steps, weight decay 0.01; a ring of `capacity` texts, all replayed at every step",
        "variants": "moments: by task, after the update with which all texts of it and of those before it have come: model, columns of classes seen, examples kept",
    },
    order=ORDER,
    settings={"epochs": EPOCHS, "batch": BATCH, "capacity": CAPACITY, "learning_rate": 1e-2, "head_learning_rate": 5e-2, "weight_decay": 0.01},
    variants=variants,
)
