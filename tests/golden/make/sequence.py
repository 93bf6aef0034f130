"""Strategies along the texts of three tasks as one blurred sequence without boundaries, by their formulas: what is trained where each task has come."""
import math

import numpy as np
import torch

import fixture
import tiny
from growing import QUERY, cosine, states
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


class Sparse(Replay):
    """MbPA++: what is remembered joins every so many updates. Before a text is answered, gradient descent on its neighbours."""

    options = {"every": 3, "neighbours": 2, "steps": 3, "rate": 0.05, "momentum": 0.9, "lambda": 0.1}
    tested = [3, 9, 20]
    steps = 0

    def loss(self, batch, memory):
        self.steps += 1
        return super().loss(batch, memory if self.steps % self.options["every"] == 0 else [])

    def adapted(self, text, memory):
        near = sorted(memory, key=lambda i: ((FROZEN[text] - FROZEN[i]) ** 2).sum().item())[: self.options["neighbours"]]
        start = self.model.values()
        velocity = [torch.zeros_like(p) for p in start]
        for _ in range(self.options["steps"]):
            distance = sum(((p - s) ** 2).sum() for p, s in zip(self.model.parameters, start))
            slopes = self.model.gradients(self.model.ce(near) + self.options["lambda"] * distance)
            velocity = [self.options["momentum"] * v + g for v, g in zip(velocity, slopes)]
            self.put([p - self.options["rate"] * v for p, v in zip(self.model.values(), velocity)])
        with torch.no_grad():
            logits = self.model.logits([text])[0]
        self.put(start)
        return logits

    def put(self, values):
        with torch.no_grad():
            for p, value in zip(self.model.parameters, values):
                p.copy_(value)


with torch.no_grad():
    FROZEN = [tiny.run(tiny.tiny()[0], [ids])[1][0] for ids in IDS]


class Pool(Model):
    """L2P: prompts whose keys are nearest to the frozen [CLS], the nearest first, in all classes; keys and prompts of all tasks are the same."""

    options = {"pool": 4, "top_k": 2, "lambda": 0.3, "mask": False}
    length = 2

    def __init__(self):
        super().__init__()
        tensor = lambda value: torch.tensor(value, requires_grad=True)
        self.adapter = {"pool": {name: tensor(value) for name, value in POOL["adapter"]["pool"].items()}}

    def scores(self, text):
        return cosine(QUERY[text], self.adapter["pool"]["keys"])

    def chosen(self, text):
        return torch.argsort(self.scores(text), descending=True)[: self.options["top_k"]]

    def logits(self, rows):
        prompts = self.adapter["pool"]["embeddings/P"].reshape(self.options["pool"], self.length, 16)
        read = [states(i, prompts=[prompts[m] for m in self.chosen(i)]).mean(0) for i in rows]
        return torch.stack(read) @ self.head["W"] + self.head["b"]


random = np.random.default_rng(31)
POOL = {
    "adapter": {"pool": {"keys": fixture.given(random, 4, 16, scale=0.5), "embeddings/P": fixture.given(random, 8, 16, scale=0.3)}},
    "head": INITIAL["head"],
}


class Prompted(Strategy):
    def loss(self, batch, memory):
        near = [self.model.scores(i)[self.model.chosen(i)].sum() for i in batch]
        return self.model.ce(batch) - self.model.options["lambda"] * torch.stack(near).mean()


def train(kind, of=Model):
    model = of()
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
                kept = sorted(ring(ORDER[: at + BATCH]))
                moments[t] = fixture.plain({"model": final(model), "seen": sorted({LABEL[i] for i in ORDER[: at + BATCH]}), "kept": kept})
                if isinstance(strategy, Sparse):
                    moments[t]["adapted"] = fixture.plain([strategy.adapted(i, kept) for i in strategy.tested])
    return moments


dark = {"alpha": Dark.alpha, "beta": Dark.beta}
variants = [
    {"strategy": "sequential", "options": {}, "moments": train(Strategy)},
    {"strategy": "er", "options": {}, "moments": train(Replay)},
    {"strategy": "der_pp", "options": dark, "moments": train(in_passing(Dark))},
    {"strategy": "der_pp", "options": {**dark, "classes": "all"}, "moments": train(in_passing(DarkAll))},
    {"strategy": "a_gem", "options": {}, "moments": train(Projected)},
    {"strategy": "mbpa_pp", "options": Sparse.options, "tested": Sparse.tested, "moments": train(Sparse)},
    {"strategy": "l2p", "options": Pool.options, "initial": POOL, "moments": train(Prompted, Pool)},
]
assert Projected.projections > 0
fixture.write(
    "sequence",
    "training strategies along three tasks' texts as one sequence without boundaries, on tiny_bert/ with LoRA and a joint head, in float64; texts, labels and first values are those of strategies.json",
    {
        "order": "[example]; in which they arrive: seed 1, a blur of 50 %",
        "settings": "AdamW throughout, each batch followed `epochs` times before the next, linear schedule over all steps, weight decay 0.01; a ring of `capacity` texts, all replayed at every step",
        "variants": "moments: by task, after the update with which all texts of it and of those before it have come: model, columns of classes seen, examples kept; of mbpa_pp also adapted: logits of the tested examples after local adaptation on these; l2p, which remembers nothing, on prompts of 2 tokens from first values of its own",
    },
    order=ORDER,
    settings={"epochs": EPOCHS, "batch": BATCH, "capacity": CAPACITY, "learning_rate": 1e-2, "head_learning_rate": 5e-2, "weight_decay": 0.01},
    variants=variants,
)
