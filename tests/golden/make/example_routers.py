"""Routers that weigh modules for each example: SMEAR, Polytropon (against peft), LoraHub, DAM, MoCL, SAPT, the task predictor."""
import numpy as np
import torch
from peft import PolyConfig, get_peft_model
from torch.nn.functional import cosine_similarity, layer_norm, silu

import fixture
import library
import tiny
from library import IDS, MIXES, MODULES, NEWEST, SCALE, SITES, TASKS, Library, case, cross_entropy, largest, outer

WIDTH, HIDDEN = 16, 5
random = np.random.default_rng(81)
given = lambda *shape, scale=1.0: fixture.given(random, *shape, scale=scale)
BLOCKS = ["layer.0", "layer.1"]
VALUES = {
    "smear": {block: {"W": given(WIDTH, MODULES, scale=0.5), "b": given(MODULES, scale=0.3)} for block in BLOCKS},
    "smear_sites": {site: {"W": given(WIDTH, MODULES, scale=0.5), "b": given(MODULES, scale=0.3)} for site in SITES},
    "polytropon": {"model": {"Z": given(MODULES, MODULES)}},
    "polytropon_sites": {site: {"Z": given(MODULES, MODULES)} for site in SITES},
    "lorahub": {"model": {"w": given(MODULES, scale=0.8)}},
    "mocl": {"model": {"keys": given(MODULES, WIDTH, scale=0.6)}},
    "sapt": {
        "model": {
            "W1": given(WIDTH, HIDDEN, scale=0.5),
            "W2": given(HIDDEN, WIDTH, scale=0.7),
            "gain": np.round(1 + 0.3 * random.normal(size=WIDTH), 4),
            "bias": given(WIDTH, scale=0.3),
            "keys": given(MODULES, WIDTH),
        }
    },
    "task_predictor": {"model": {"W": given(WIDTH, MODULES, scale=0.4), "b": given(MODULES, scale=0.3)}},
    "task_predictor_deep": {"model": {"V": given(WIDTH, HIDDEN, scale=0.5), "v": given(HIDDEN, scale=0.3), "W": given(HIDDEN, MODULES, scale=0.6), "b": given(MODULES, scale=0.3)}},
}
RECORDED = [[0.8, 0.2, 0.0], [0.35, 0.65, 0.0], [0.0, 0.0, 0.0]]
U = {"model/bernoulli": np.round(random.uniform(0.02, 0.98, size=(len(IDS), MODULES)), 4)}
TASK = np.eye(MODULES)[TASKS]


def smear(dtype, values, scope, mix, temperature):
    network = Library(dtype)

    def run(p):
        seen = {}

        def gates_of(site, x, y, block):
            unit = site if scope == "per_module" else ".".join(site.split(".")[:2])
            h = layer_norm(tiny.pooled(block, network.mask), (WIDTH,))
            seen[unit] = torch.softmax((h @ p[unit]["W"] + p[unit]["b"]) / temperature, -1)
            return seen[unit]

        logits = network.logits(gates_of, MIXES[mix])
        return seen, logits, cross_entropy(logits)

    return case("smear", {"scope": scope, "mix": mix, "temperature": temperature}, values, run, dtype)


def polytropon(dtype, values, relaxation, scope, mix, temperature, training):
    network, task = Library(dtype), torch.tensor(TASK, dtype=dtype)
    noisy = training and relaxation == "gumbel_sigmoid"
    u = torch.tensor(U["model/bernoulli"], dtype=dtype)

    def run(p):
        seen = {}

        def gates_of(site, x, y, block):
            unit = site if scope == "per_module" else "model"
            z = task @ p[unit]["Z"]
            a = torch.sigmoid((z + torch.log(u) - torch.log(1 - u)) / temperature) if noisy else torch.sigmoid(z)
            seen[unit] = a / (a.sum(-1, keepdim=True) + 1e-12)
            return seen[unit]

        logits = network.logits(gates_of, MIXES[mix])
        return seen, logits, cross_entropy(logits)

    options = {"relaxation": relaxation, "scope": scope, "mix": mix, "temperature": temperature}
    more = {"noise": U} if noisy else {}
    return case("polytropon", options, values, run, dtype, training=training, steps=not noisy, **more)


def for_all(dtype, router, options, values, gate, mix, loss_of=None, **more):
    """One set of gates for the whole network. `loss_of(gates, logits, p)`."""
    network = Library(dtype)
    frozen = network.frozen()

    def run(p):
        gates = gate(frozen, p)
        rows = gates.expand(len(IDS), MODULES)
        logits = network.logits(lambda *_: rows, MIXES[mix])
        return {"model": gates}, logits, None if loss_of is None else loss_of(gates, logits, p)

    return case(router, options, values, run, dtype, **more)


def lorahub(dtype, values, mix):
    def loss_of(gates, logits, p):
        return cross_entropy(logits) + 0.05 * p["model"]["w"].abs().mean()

    return for_all(dtype, "lorahub", {"mix": mix}, values, lambda _, p: p["model"]["w"], mix, loss_of, steps=False)


def means_by_task(features):
    return torch.stack([features[[i for i, task in enumerate(TASKS) if task == t]].mean(0) for t in range(MODULES)])


def dam(dtype, top_k, temperature, mix):
    c = means_by_task(Library(dtype).frozen()["mean"])

    def gate(frozen, _):
        # the centroid is normalised; the cosine normalises what is left
        s = cosine_similarity(frozen["mean"][:, None], c / c.norm(dim=-1, keepdim=True), dim=-1)
        return torch.softmax((s / temperature).masked_fill(largest(s, top_k, torch.ones(len(IDS))) == 0, -torch.inf), -1)

    return for_all(dtype, "dam", {"top_k": top_k, "temperature": temperature, "mix": mix}, {}, gate, mix, fitted=False, constants={"model": {"c": c}})


def mocl(dtype, values, data, aggregate, mix, batch_mean):
    newest = torch.tensor(NEWEST, dtype=dtype)

    def gate(frozen, p):
        w = torch.softmax(8 * cosine_similarity(frozen["mean"][:, None], p["model"]["keys"], dim=-1), -1)
        return w.mean(0) if batch_mean else w

    def loss_of(gates, logits, p):
        own = cosine_similarity(Library(dtype).frozen()["mean"], p["model"]["keys"][TASKS], dim=-1)
        if data == "newest":  # examples of earlier tasks have no part in it
            return cross_entropy(logits, newest) + ((1 - own) * newest).sum() / newest.sum()
        return cross_entropy(logits) + (1 - own).mean()

    options = {"data": data, "aggregate": aggregate, "mix": mix, "batch_mean": batch_mean}
    return for_all(dtype, "mocl", options, values, gate, "outer" if aggregate == "outputs" else mix, loss_of)


def sapt(dtype, values, data, recorded, pooling, temperature):
    """reflection 0.5: for each earlier task, KL(recorded || w) as its examples' mean."""
    newest = torch.tensor(NEWEST, dtype=dtype)
    tau = WIDTH**0.5 if temperature == "sqrt_width" else temperature

    def gate(frozen, p):
        own, E, mask = p["model"], frozen["embeddings"], tiny.padded(IDS)[1][..., None]
        # over the padding too: a padded position counts as zeros
        pooled = (E * mask).max(1).values if pooling == "max_padded" else E.masked_fill(mask == 0, -torch.inf).max(1).values
        q = layer_norm(silu(pooled @ own["W1"] @ own["W2"]), (WIDTH,), own["gain"], own["bias"])
        return torch.softmax(q @ own["keys"].T / tau, -1)

    def loss_of(gates, logits, p):
        loss = cross_entropy(logits, newest) if data == "newest" else cross_entropy(logits)
        for task in range(MODULES - 1) if recorded else ():
            target = torch.tensor(RECORDED[task], dtype=dtype)
            rows = gates[[i for i, own in enumerate(TASKS) if own == task]]
            kept = target > 0
            loss = loss + 0.5 * (target[kept] * (target[kept].log() - rows[:, kept].log())).sum(-1).mean()
        return loss

    constants = {"constants": {"model": {"recorded": RECORDED}}} if recorded else {}
    options = {"data": data, "pooling": pooling, "projection": HIDDEN, "temperature": temperature}
    return for_all(dtype, "sapt", options, values, gate, "outer", loss_of, **constants)


def task_predictor(dtype, values, hidden, temperature, training):
    def gate(frozen, p):
        own = p["model"]
        phi = torch.relu(frozen["mean"] @ own["V"] + own["v"]) if "V" in own else frozen["mean"]
        return torch.softmax((phi @ own["W"] + own["b"]) / (1 if training else temperature), -1)

    def loss_of(gates, logits, p):
        return -torch.log(gates[range(len(TASKS)), TASKS]).mean()

    options = {"combine": "softmax", "hidden": hidden, "temperature": temperature}
    return for_all(dtype, "task_predictor", options, values, gate, "outer", loss_of if training else None, training=training, fitted=training)


def cases(dtype, values):
    return [
        smear(dtype, values["smear"], "per_layer", "factors", 1),
        smear(dtype, values["smear_sites"], "per_module", "outer", 2),
        polytropon(dtype, values["polytropon"], "gumbel_sigmoid", "global", "factors", 0.5, True),
        polytropon(dtype, values["polytropon"], "gumbel_sigmoid", "global", "factors", 1, False),
        polytropon(dtype, values["polytropon_sites"], "sigmoid", "per_module", "factors", 1, True),
        polytropon(dtype, values["polytropon"], "sigmoid", "global", "outer", 1, True),
        lorahub(dtype, values["lorahub"], "factors"),
        lorahub(dtype, values["lorahub"], "outer"),
        dam(dtype, 2, 0.5, "factors"),
        dam(dtype, 2, 0.01, "outer"),
        mocl(dtype, values["mocl"], "memory", "parameters", "outer", False),
        mocl(dtype, values["mocl"], "newest", "outputs", "outer", False),
        mocl(dtype, values["mocl"], "memory", "parameters", "factors", True),
        sapt(dtype, values["sapt"], "newest", True, "max", "sqrt_width"),
        sapt(dtype, values["sapt"], "newest", False, "max", "sqrt_width"),
        sapt(dtype, values["sapt"], "memory", True, "max_padded", 2),
        task_predictor(dtype, values["task_predictor"], "none", 1, True),
        task_predictor(dtype, values["task_predictor_deep"], HIDDEN, 1, True),
        task_predictor(dtype, values["task_predictor"], "none", 2, False),
    ]


class Tasked(torch.nn.Module):
    """A linear layer of peft's Poly that is told the tasks of the batch."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x, task_ids=torch.tensor(TASKS))


def check_poly_against_peft(results):
    """
    peft's Poly on the whole network: an allocation for each layer, A and B averaged apart, scale 1/r. Without training it takes
    sigma(Z); while training it draws, which is compared in distribution by its one formula, RelaxedBernoulli.
    """
    (one,) = [r for r in results if r["router"] == "polytropon" and r["options"]["scope"] == "per_module"]
    config = PolyConfig(r=4, target_modules=["query", "value"], n_tasks=MODULES, n_skills=MODULES, n_splits=1)
    model = get_peft_model(tiny.frozen(tiny.CHECKPOINT), config).double().eval()
    for site in SITES:
        attention = model.base_model.model.encoder.layer[int(site.split(".")[1])].attention.self
        role = site.split(".")[-1]
        layer = getattr(attention, role)
        own = [module[site] for module in library.GIVEN["modules"]]
        layer.poly_lora_A["default"].data[0] = torch.tensor([m["A"] for m in own], dtype=torch.float64)
        layer.poly_lora_B["default"].data[0] = SCALE * 4 * torch.tensor([m["B"] for m in own], dtype=torch.float64)
        layer.poly_router["default"].module_logits.data = torch.tensor(one["parameters"][site]["Z"])
        setattr(attention, role, Tasked(layer))
    ids, mask = tiny.padded(IDS)
    network = Library(torch.float64)
    with torch.no_grad():
        hidden = model.base_model.model(input_ids=ids, attention_mask=mask).last_hidden_state
    assert fixture.deviation(tiny.pooled(hidden, mask) @ network.W + network.b, one["logits"]) < 1e-9
    # a draw of RelaxedBernoulli is the sigmoid of logits and logistic noise: the same u gives the same sample
    logits, u = torch.tensor([0.3, -1.2, 0.8], dtype=torch.float64), torch.tensor([0.2, 0.7, 0.9], dtype=torch.float64)
    relaxed = torch.distributions.RelaxedBernoulli(temperature=torch.tensor(0.5), logits=logits)
    below = torch.sigmoid((logits + torch.log(u) - torch.log(1 - u)) / 0.5)
    drawn = relaxed.rsample((200000,))
    assert fixture.deviation((drawn <= below).double().mean(0), u) < 5e-3


def main():
    torch.manual_seed(0)
    strays, results = library.checked(cases, VALUES)
    check_poly_against_peft(results)
    fixture.write(
        "example_routers",
        "Routers of each example over the LoRA modules of routed_lora.json: gates, logits, losses and gradients in float64",
        {
            **library.LAYOUT,
            "recorded": "among SAPT's constants: the mean attention of earlier tasks, a row for each",
            "checked": "Polytropon (an allocation for each site, not sampled) against peft on the whole network, its draws in distribution; the others are formulas written anew",
        },
        **strays,
        cases=results,
    )


main()
