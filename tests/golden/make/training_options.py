"""What the options of a `train` block compute: Adafactor's updates, schedules, clipping, and training curves on the tiny BERT under all options at once."""
import numpy as np
import torch
from transformers import get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup
from transformers.optimization import Adafactor

import curve
import fixture
import tiny

random = np.random.default_rng(41)

# Adafactor, given gradients.
UPDATES = 12
GROUPS = [{"names": ["A", "T"], "learning_rate": 1e-2, "weight_decay": 0.1}, {"names": ["b", "z"], "learning_rate": 3e-2, "weight_decay": 0.0}]
SHAPES = {"A": (3, 5), "T": (2, 3, 2), "b": (4,), "z": (2, 2)}
initial = {name: fixture.given(random, *shape) for name, shape in SHAPES.items()}
initial["z"] *= 0
gradients = [{name: fixture.given(random, *shape, scale=0.3) for name, shape in SHAPES.items()} for _ in range(UPDATES)]
for n, gradient in enumerate(gradients):
    gradient["A"][1] = 0  # a row without gradient
    gradient["b"][0] = 1e-7
    gradient["T"] *= 100 if n == 4 else 1


def adafactor(groups):
    """As the trainer of transformers makes it."""
    return Adafactor(groups, scale_parameter=False, relative_step=False)


theta = {name: torch.tensor(value, requires_grad=True) for name, value in initial.items()}
optimizer = adafactor([{"params": [theta[n] for n in g["names"]], "lr": g["learning_rate"], "weight_decay": g["weight_decay"]} for g in GROUPS])
scheduler = get_cosine_schedule_with_warmup(optimizer, 2, UPDATES)
values = {}
for n in range(UPDATES):
    for name, p in theta.items():
        p.grad = torch.tensor(gradients[n][name])
    optimizer.step()
    scheduler.step()
    if n + 1 in (1, 3, 5, UPDATES):
        values[str(n + 1)] = {name: p.detach().numpy().copy() for name, p in theta.items()}

# Schedules.
TOTAL = 20
MAKERS = {"constant": lambda o, w: get_constant_schedule_with_warmup(o, w), "linear": lambda o, w: get_linear_schedule_with_warmup(o, w, TOTAL), "cosine": lambda o, w: get_cosine_schedule_with_warmup(o, w, TOTAL)}
schedules = []
for name, make in MAKERS.items():
    for warm_up in (0, 5):
        one = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        rates, by = [], make(one, warm_up)
        for _ in range(TOTAL):
            rates.append(one.param_groups[0]["lr"])
            one.step()
            by.step()
        schedules.append({"schedule": name, "warm_up_steps": warm_up, "factors": rates})

# Clipping by the norm of all gradients together.
lengths = []
for most in (0.1, 1.0, 100.0):
    held = [torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in SHAPES.values()]
    for p, value in zip(held, gradients[0].values()):
        p.grad = torch.tensor(value)
    torch.nn.utils.clip_grad_norm_(held, most)
    lengths.append({"most": most, "clipped": {name: p.grad for name, p in zip(SHAPES, held)}})

# Curves: a bottleneck and a head, batches of 5 of which 3 make an update (the last of an epoch is made of 5 + 4 examples).
SETTINGS = {"epochs": 5, "batch": 5, "accumulate": 3, "learning_rate": 1e-2, "head_learning_rate": 3e-2, "weight_decay": 0.1, "decayed": "matrices", "clip": 1.5, "label_smoothing": 0.1, "schedule": "cosine", "warm_up": 0.2}
IDS = curve.examples()
ORDER = [random.permutation(len(IDS)).tolist() for _ in range(SETTINGS["epochs"])]
START = {
    **{
        f"layer.{l}.output/{name}": fixture.given(random, *shape, scale=scale)
        for l in (0, 1)
        for name, shape, scale in (("D", (16, 4), 0.3), ("b", (4,), 0.2), ("U", (4, 16), 0.2), ("c", (16,), 0.1))
    },
    "head/W": fixture.given(random, 16, 3, scale=0.2),
    "head/b": fixture.given(random, 3, scale=0.1),
}


def train(kind):
    model, sites = tiny.tiny()
    p = {name: torch.tensor(value, requires_grad=True) for name, value in START.items()}
    for site in (f"layer.{l}.output" for l in (0, 1)):
        sites[site].update = lambda x, y, at=site: y + torch.relu(y @ p[f"{at}/D"] + p[f"{at}/b"]) @ p[f"{at}/U"] + p[f"{at}/c"]
    no_decay = ("/b", "/c")
    groups = [
        {"params": [v for n, v in p.items() if n.startswith("head/") == head and n.endswith(no_decay) == bias], "lr": rate, "weight_decay": 0.0 if bias else SETTINGS["weight_decay"]}
        for head, rate in ((False, SETTINGS["learning_rate"]), (True, SETTINGS["head_learning_rate"]))
        for bias in (False, True)
    ]
    optimizer = torch.optim.AdamW(groups) if kind == "adamw" else adafactor(groups)
    per_update = SETTINGS["batch"] * SETTINGS["accumulate"]
    updates = -(-len(IDS) // per_update) * SETTINGS["epochs"]
    scheduler = get_cosine_schedule_with_warmup(optimizer, round(updates * SETTINGS["warm_up"]), updates)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=SETTINGS["label_smoothing"])
    logits = lambda rows: tiny.run(model, [IDS[i] for i in rows])[1] @ p["head/W"] + p["head/b"]
    losses, norms = [], []
    for order in ORDER:
        for at in range(0, len(order), per_update):
            rows = order[at : at + per_update]
            optimizer.zero_grad()
            whole = 0.0
            for k in range(0, len(rows), SETTINGS["batch"]):
                batch = rows[k : k + SETTINGS["batch"]]
                loss = loss_of(logits(batch), torch.tensor([curve.LABELS[i] for i in batch])) * len(batch) / len(rows)
                loss.backward()
                whole += loss.item()
            losses.append(whole)
            norms.append(torch.nn.utils.clip_grad_norm_(list(p.values()), SETTINGS["clip"]).item())
            optimizer.step()
            scheduler.step()
    assert min(norms) < SETTINGS["clip"] < max(norms), norms
    return {"losses": losses, "norms": norms, "final": {name: value.detach() for name, value in p.items()}}


fixture.write(
    "training_options",
    "Options of training in float64: Adafactor of transformers without relative step, scaled parameters and first moment, as its trainer uses it; schedules of transformers; "
    "clip_grad_norm_, AdamW and label smoothing of PyTorch",
    {
        "adafactor": "{groups, initial: {parameter: values}, gradients: [update]{parameter: values}, values: {updates done: {parameter: values}}}; cosine schedule with 2 of 12 updates of warm-up; "
        "A [3, 5], T [2, 3, 2], b [4], z [2, 2] from zero",
        "schedules": "[{schedule, warm_up_steps, factors [step]}] of 20 steps",
        "clipping": "[{most, clipped: {parameter: gradient}}] of adafactor.gradients[0]",
        "curves": "{adamw, adafactor}: {losses [update] before it, norms [update] of the gradients before they are clipped, final}; a bottleneck (reduction 4, relu, pfeiffer) and a head on tiny_bert/",
        "initial": "{full name: values}",
        "order": "[epoch][example]",
        "ids / labels": curve.LAYOUT["ids"] + "; [example], 0..2",
    },
    adafactor={"groups": GROUPS, "initial": initial, "gradients": gradients, "values": values},
    schedules=schedules,
    clipping=lengths,
    settings=SETTINGS,
    ids=IDS,
    labels=curve.LABELS,
    order=ORDER,
    initial=START,
    curves={kind: train(kind) for kind in ("adamw", "adafactor")},
)
