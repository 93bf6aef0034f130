"""Training strategies over three tasks on the tiny BERT with LoRA, by their formulas: what is trained after the third task."""
import numpy as np
import torch
from torch.nn.functional import cross_entropy, log_softmax, softmax

import curve
import fixture
import tiny

RANK, ALPHA, CLASSES, EPOCHS = 4, 8, 6, 3
SITES = [f"layer.{l}.attention.{role}" for l in (0, 1) for role in ("query", "value")]
IDS = curve.examples()
TASKS = [list(range(8)), list(range(8, 16)), list(range(16, 24))]
LABEL = [2 * (i // 8) + i % 2 for i in range(24)]  # two classes a task, in a joint head of six
REMEMBERED = [task[:2] for task in TASKS]
TESTED = [3, 9, 14, 20]
ADAPTATION = {"neighbours": 3, "steps": 4, "rate": 0.05, "momentum": 0.9, "lambda": 0.1}
random = np.random.default_rng(21)
INITIAL = {
    "adapter": {site: {"A": fixture.given(random, 16, RANK, scale=0.25), "B": fixture.given(random, RANK, 16, scale=0.1)} for site in SITES},
    "head": {"W": fixture.given(random, 16, CLASSES, scale=0.2), "b": fixture.given(random, CLASSES, scale=0.1)},
}


class Model:
    def __init__(self):
        self.bert, sites = tiny.tiny()
        tensor = lambda value: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        self.adapter = {site: {name: tensor(value) for name, value in values.items()} for site, values in INITIAL["adapter"].items()}
        self.head = {name: tensor(value) for name, value in INITIAL["head"].items()}
        for site, p in self.adapter.items():
            sites[site].update = lambda x, y, p=p: y + ALPHA / RANK * (x @ p["A"]) @ p["B"]

    @property
    def body(self):
        return [p for values in self.adapter.values() for p in values.values()]

    @property
    def parameters(self):
        return self.body + list(self.head.values())

    def logits(self, rows):
        return tiny.run(self.bert, [IDS[i] for i in rows])[1] @ self.head["W"] + self.head["b"]

    def ce(self, rows):
        return cross_entropy(self.logits(rows), torch.tensor([LABEL[i] for i in rows]))

    def values(self):
        return [p.detach().clone() for p in self.parameters]

    def gradients(self, loss):
        return torch.autograd.grad(loss, self.parameters)


class Strategy:
    def __init__(self, model):
        self.model = model

    def gradients(self, batch, memory):
        return self.model.gradients(self.loss(batch, memory))

    def loss(self, batch, memory):
        return self.model.ce(batch)

    def begin(self, task):
        self.task = task

    def end(self, task):
        pass


class Replay(Strategy):
    def loss(self, batch, memory):
        return self.model.ce(batch + memory)


class Dark(Strategy):
    alpha, beta, over = 0.5, 0.7, "seen"

    def __init__(self, model):
        super().__init__(model)
        self.kept = {}

    def loss(self, batch, memory):
        loss = self.model.ce(batch)
        if not memory:
            return loss
        squares = []
        for i, z in zip(memory, self.model.logits(memory)):
            known = CLASSES if self.over == "all" else 2 * (i // 8 + 1)
            squares.append(((z[:known] - self.kept[i][:known]) ** 2).mean())
        return loss + self.alpha * torch.stack(squares).mean() + self.beta * self.model.ce(memory)

    def end(self, task):
        with torch.no_grad():
            for i, z in zip(REMEMBERED[task], self.model.logits(REMEMBERED[task])):
                self.kept[i] = z.clone()


class DarkAll(Dark):
    over = "all"


class Projected(Strategy):
    projections = 0

    def gradients(self, batch, memory):
        own = self.model.gradients(self.model.ce(batch))
        if not memory:
            return own
        g = torch.cat([x.reshape(-1) for x in own])
        r = torch.cat([x.reshape(-1) for x in self.model.gradients(self.model.ce(memory))])
        if g @ r < 0:
            Projected.projections += 1
            g = g - (g @ r) / (r @ r) * r
        return [x.reshape(p.shape) for x, p in zip(torch.split(g, [p.numel() for p in own]), own)]


class Elastic(Strategy):
    strength = 40.0

    def __init__(self, model):
        super().__init__(model)
        self.penalties = []

    def fisher(self, task):
        squares = [torch.zeros_like(p) for p in self.model.parameters]
        for i in TASKS[task]:
            for sum_, slope in zip(squares, self.model.gradients(self.model.ce([i]))):
                sum_ += slope**2 / len(TASKS[task])
        return squares

    def loss(self, batch, memory):
        loss = self.model.ce(batch)
        for F, anchor in self.penalties:
            loss = loss + self.strength / 2 * sum((f * (p - a) ** 2).sum() for f, p, a in zip(F, self.model.parameters, anchor))
        return loss

    def end(self, task):
        self.penalties.append((self.fisher(task), self.model.values()))


class Online(Elastic):
    decay = 0.5

    def end(self, task):
        F = self.fisher(task)
        if self.penalties:
            F = [self.decay * old + new for old, new in zip(self.penalties[0][0], F)]
        self.penalties = [(F, self.model.values())]


class Distilled(Strategy):
    strength, temperature = 1.5, 2.0

    def begin(self, task):
        self.task = task
        with torch.no_grad():
            self.before = self.model.logits(TASKS[task])

    def loss(self, batch, memory):
        loss = self.model.ce(batch)
        if self.task == 0:
            return loss
        known, T = 2 * self.task, self.temperature
        target = softmax(self.before[:, :known] / T, -1)
        return loss - self.strength * (target * log_softmax(self.model.logits(batch)[:, :known] / T, -1)).sum(-1).mean()


def train(kind):
    model = Model()
    strategy = kind(model)
    for task, batch in enumerate(TASKS):
        strategy.begin(task)
        memory = [i for rows in REMEMBERED[:task] for i in rows]
        adamw = torch.optim.AdamW([{"params": model.body, "lr": 1e-2}, {"params": list(model.head.values()), "lr": 5e-2}], weight_decay=0.01)
        for step in range(EPOCHS):
            for group, rate in zip(adamw.param_groups, (1e-2, 5e-2)):
                group["lr"] = rate * (1 - step / EPOCHS)
            for p, g in zip(model.parameters, strategy.gradients(batch, memory)):
                p.grad = g.detach()
            adamw.step()
        strategy.end(task)
    return model


def adapted(model, text):
    """The logits of a text after gradient descent on its neighbours in the memory."""
    bert, _ = tiny.tiny()
    kept = [i for rows in REMEMBERED for i in rows]
    with torch.no_grad():
        frozen = lambda i: tiny.run(bert, [IDS[i]])[1][0]
        near = sorted(kept, key=lambda i: ((frozen(text) - frozen(i)) ** 2).sum().item())[: ADAPTATION["neighbours"]]
    start = model.values()
    sgd = torch.optim.SGD(model.parameters, lr=ADAPTATION["rate"], momentum=ADAPTATION["momentum"])
    for _ in range(ADAPTATION["steps"]):
        sgd.zero_grad()
        (model.ce(near) + ADAPTATION["lambda"] * sum(((p - s) ** 2).sum() for p, s in zip(model.parameters, start))).backward()
        sgd.step()
    with torch.no_grad():
        logits = model.logits([text])[0]
        for p, s in zip(model.parameters, start):
            p.copy_(s)
    return logits


def final(model):
    return {"adapter": model.adapter, "head": model.head}


if __name__ == "__main__":
    replayed = train(Replay)
    variants = [
        {"strategy": "er", "options": {}, "final": final(replayed)},
        {"strategy": "der_pp", "options": {"alpha": Dark.alpha, "beta": Dark.beta}, "final": final(train(Dark))},
        {"strategy": "der_pp", "options": {"alpha": Dark.alpha, "beta": Dark.beta, "classes": "all"}, "final": final(train(DarkAll))},
        {"strategy": "a_gem", "options": {}, "final": final(train(Projected))},
        {"strategy": "ewc", "options": {"lambda": Elastic.strength}, "final": final(train(Elastic))},
        {"strategy": "ewc", "options": {"lambda": Elastic.strength, "anchors": "one", "decay": Online.decay}, "final": final(train(Online))},
        {"strategy": "lwf", "options": {"lambda": Distilled.strength, "temperature": Distilled.temperature}, "final": final(train(Distilled))},
    ]
    assert Projected.projections > 0
    fixture.write(
        "strategies",
        "training strategies over three tasks on tiny_bert/ with LoRA (rank 4, alpha 8, query and value) and a joint head, in float64",
        {
            "ids, labels": "[example]; eight examples a task, column of the joint head",
            "remembered": "[task][example]; while a task is trained all that are remembered of the tasks before are replayed at every step",
            "settings": "AdamW anew for each task, one batch of the whole task a step, linear schedule, weight decay 0.01",
            "initial / final": "{adapter: {site: {parameter}}, head: {W [16, 6], b [6]}}; final: after the third task",
            "adapted": "logits of the tested examples after local adaptation of er's final model on all that is remembered",
        },
        ids=IDS,
        labels=LABEL,
        remembered=REMEMBERED,
        settings={"epochs": EPOCHS, "learning_rate": 1e-2, "head_learning_rate": 5e-2, "weight_decay": 0.01},
        initial=INITIAL,
        variants=variants,
        adapted={"options": ADAPTATION, "tested": TESTED, "logits": [adapted(replayed, i) for i in TESTED]},
    )
