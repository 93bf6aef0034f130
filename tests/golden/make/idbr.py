"""IDBR over three tasks on the tiny BERT with LoRA, by its formulas: what is trained after the third task, and scores under it."""
import numpy as np
import torch
from torch.nn.functional import cross_entropy, mse_loss

import fixture
import tiny
from strategies import EPOCHS, IDS, LABEL, REMEMBERED, TASKS, TESTED, Model

WIDTH, FEATURES, CLASSES = 5, 16, 6
CLS, SEP = 2, 3
OPTIONS = {
    "width": WIDTH, "every": 2, "lambda_next": 0.8, "lambda_task": 1.3, "lambda_general": 0.7, "lambda_specific": 0.4, "new": 0.9, "replay": 4,
    "cut": "middle",
}  # fmt: skip
random = np.random.default_rng(33)
layer = lambda inputs, outputs: (fixture.given(random, inputs, outputs, scale=0.3), fixture.given(random, outputs, scale=0.1))
OWN = {"general": layer(FEATURES, WIDTH), "specific": layer(FEATURES, WIDTH), "task": layer(WIDTH, len(TASKS)), "next": layer(WIDTH, 2)}
HEAD = layer(2 * WIDTH, CLASSES)


class Disentangled(Model):
    def __init__(self):
        super().__init__()
        tensor = lambda value: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        self.head = {"W": tensor(HEAD[0]), "b": tensor(HEAD[1])}
        for name, (W, b) in OWN.items():
            self.head |= {f"representation/{name}/W": tensor(W), f"representation/{name}/b": tensor(b)}

    def linear(self, name, x):
        return x @ self.head[f"representation/{name}/W"] + self.head[f"representation/{name}/b"]

    def spaces(self, ids):
        r = tiny.run(self.bert, ids)[1]
        return torch.tanh(self.linear("general", r)), torch.tanh(self.linear("specific", r))

    def classes(self, G, S):
        return torch.cat([G, S], dim=1) @ self.head["W"] + self.head["b"]


def pairs(ids):
    """The halves of a text in their order, and the second before the first."""
    assert ids[0] == CLS and ids[-1] == SEP
    words = ids[1:-1]
    cut = (len(words) + 1) // 2
    first, second = words[:cut], words[cut:]
    return [CLS, *first, SEP, *second, SEP], [CLS, *second, SEP, *first, SEP]


def loss(model, old, batch, memory, task, classified):
    rows = batch + memory
    o = OPTIONS
    labels = torch.tensor([LABEL[i] for i in rows])
    G, S = model.spaces([IDS[i] for i in rows])
    made = [pairs(IDS[i]) for i in rows]
    Gp, Sp = model.spaces([p[0] for p in made] + [p[1] for p in made])
    if classified == "texts":
        total = cross_entropy(model.classes(G, S), labels)
    else:
        total = cross_entropy(model.classes(Gp, Sp), torch.cat([labels, labels]))
    order = torch.tensor([0] * len(rows) + [1] * len(rows))
    total = total + o["lambda_next"] * cross_entropy(model.linear("next", Gp), order)
    if memory:
        total = total + o["lambda_task"] * cross_entropy(model.linear("task", S)[:, : task + 1], torch.tensor([i // 8 for i in rows]))
    if task > 0:
        G_, S_ = ([each[i] for i in rows] for each in old)
        apart = o["lambda_general"] * mse_loss(G, torch.stack(G_)) + o["lambda_specific"] * mse_loss(S, torch.stack(S_))
        total = total + (o["replay"] if memory else o["new"]) * apart
    return total


def train(classified):
    model = Disentangled()
    for task, batch in enumerate(TASKS):
        remembered = [i for rows in REMEMBERED[:task] for i in rows]
        with torch.no_grad():
            old = model.spaces(IDS)
        adamw = torch.optim.AdamW([{"params": model.body, "lr": 1e-2}, {"params": list(model.head.values()), "lr": 5e-2}], weight_decay=0.01)
        for step in range(EPOCHS):
            for group, rate in zip(adamw.param_groups, (1e-2, 5e-2)):
                group["lr"] = rate * (1 - step / EPOCHS)
            memory = remembered if (step + 1) % OPTIONS["every"] == 0 else []
            found = torch.autograd.grad(loss(model, old, batch, memory, task, classified), model.parameters, allow_unused=True)
            for p, g in zip(model.parameters, found):
                p.grad = torch.zeros_like(p) if g is None else g  # what has no part yet decays
            adamw.step()
    with torch.no_grad():
        logits = model.classes(*model.spaces([IDS[i] for i in TESTED]))
    return {"options": OPTIONS | {"classified": classified}, "final": {"adapter": model.adapter, "head": model.head}, "logits": logits}


if __name__ == "__main__":
    start = Disentangled()
    fixture.write(
        "idbr",
        "IDBR over three tasks on tiny_bert/ with LoRA (rank 4, alpha 8, query and value) and a joint head on two projections, in float64",
        {
            "ids, labels, remembered, settings": "as in strategies.json; every second batch is joined by all that are remembered",
            "initial / final": "{adapter: {site: {parameter}}, head: {W [10, 6], b [6], representation/...}}; final: after the third task",
            "logits": "of the tested texts under what is final",
        },
        ids=IDS,
        labels=LABEL,
        remembered=REMEMBERED,
        settings={"epochs": EPOCHS, "learning_rate": 1e-2, "head_learning_rate": 5e-2, "weight_decay": 0.01},
        initial={"adapter": start.adapter, "head": start.head},
        tested=TESTED,
        variants=[train("texts"), train("pairs")],
    )
