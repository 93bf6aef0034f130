"""Strategies that train every weight of the tiny BERT, over three tasks, by their formulas: weights and head after the third task."""
import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

import curve
import fixture
import tiny

CLASSES, EPOCHS, RATE, HEAD_RATE, SCALE = 6, 3, 2e-3, 5e-2, 4.0
IDS = curve.examples()
TASKS = [list(range(8)), list(range(8, 16)), list(range(16, 24))]
LABEL = [2 * (i // 8) + i % 2 for i in range(24)]  # two classes a task, in a joint head of six
WATCHED = {
    "embeddings.position": "embeddings.position_embeddings.weight",
    "embeddings.norm.bias": "embeddings.LayerNorm.bias",
    "layer.0.attention.query.weight": "encoder.layer.0.attention.self.query.weight",
    "layer.0.norm.weight": "encoder.layer.0.output.LayerNorm.weight",
    "layer.1.attention.output.bias": "encoder.layer.1.attention.output.dense.bias",
    "layer.1.output.weight": "encoder.layer.1.output.dense.weight",
}
random = np.random.default_rng(22)
INITIAL = {"W": fixture.given(random, 16, CLASSES, scale=0.2), "b": fixture.given(random, CLASSES, scale=0.1)}


def train(cosine, warm_up=None):
    """`warm_up`: SEQ*, whose encoder rests after so many epochs of the first task, and classifiers after their task."""
    bert = tiny.frozen(tiny.CHECKPOINT).requires_grad_(True)
    # All texts are of one type: its embedding is part of every position's, as in l2r.
    with torch.no_grad():
        bert.embeddings.position_embeddings.weight += bert.embeddings.token_type_embeddings.weight[0]
        bert.embeddings.token_type_embeddings.weight.zero_()
    bert.embeddings.token_type_embeddings.weight.requires_grad_(False)
    head = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in INITIAL.items()}

    def logits(rows):
        phi = tiny.run(bert, [IDS[i] for i in rows])[1]
        if cosine:
            return SCALE * normalize(phi, dim=-1) @ normalize(head["W"], dim=0)
        return phi @ head["W"] + head["b"]

    learnt = [head["W"]] if cosine else list(head.values())
    for task, batch in enumerate(TASKS):
        adamw = torch.optim.AdamW([{"params": list(bert.parameters()), "lr": RATE}, {"params": learnt, "lr": HEAD_RATE}], weight_decay=0.01)
        before = [p.detach().clone() for p in learnt]
        for step in range(EPOCHS):
            for group, rate in zip(adamw.param_groups, (RATE, HEAD_RATE)):
                group["lr"] = rate * (1 - step / EPOCHS)
            adamw.zero_grad()
            cross_entropy(logits(batch), torch.tensor([LABEL[i] for i in batch])).backward()
            if warm_up is not None and (task > 0 or step >= warm_up):
                for p in bert.parameters():
                    p.grad = None  # AdamW leaves out what has no gradient, its decay too
            adamw.step()
            if warm_up is not None:
                with torch.no_grad():
                    for p, kept in zip(learnt, before):
                        p[..., : 2 * task] = kept[..., : 2 * task]
    weights = dict(bert.named_parameters())
    watched = {name: weights[theirs].T if theirs.endswith((".query.weight", ".dense.weight")) else weights[theirs] for name, theirs in WATCHED.items()}
    return {"weights": watched, "head": head}


fixture.write(
    "full_strategies",
    "strategies that train every weight over three tasks on tiny_bert/ with a joint head, in float64",
    {
        "ids, labels": "[example]; eight examples a task, column of the joint head",
        "settings": "AdamW anew for each task, one batch of the whole task a step, linear schedule, weight decay 0.01; learning_rate is the strategy's",
        "initial": "{W [16, 6], b [6]} of the head; the weights are the checkpoint's",
        "final": "after the third task: {weights: some of the checkpoint's, by l2r's names, those of linear layers [in, out]; head}",
    },
    ids=IDS,
    labels=LABEL,
    settings={"epochs": EPOCHS, "learning_rate": 1e-2, "head_learning_rate": HEAD_RATE, "weight_decay": 0.01},
    initial=INITIAL,
    variants=[
        {"strategy": "sequential_full", "options": {"learning_rate": RATE}, "final": train(cosine=False)},
        {"strategy": "seq_star", "options": {"learning_rate": RATE, "warm_up": 2, "scale": SCALE}, "final": train(cosine=True, warm_up=2)},
        {"strategy": "seq_star", "options": {"learning_rate": RATE, "warm_up": 1, "head": "linear"}, "final": train(cosine=False, warm_up=1)},
    ],
)
