"""Three LoRA modules on the tiny BERT (those of routed_lora.json), composed by any gates. What the scripts of routers share."""
import json
import os

import torch

import fixture
import tiny

with open(os.path.join(fixture.FOLDER, "routed_lora.json"), encoding="utf-8") as file:
    GIVEN = json.load(file)
MODULES, SITES, SCALE = len(GIVEN["modules"]), list(GIVEN["modules"][0]), GIVEN["adapter"]["alpha"] / GIVEN["adapter"]["rank"]
IDS, LABELS = GIVEN["ids"], GIVEN["labels"]
TASKS = [label // 2 for label in LABELS]
NEWEST = [float(task == MODULES - 1) for task in TASKS]
LAYOUT = {
    "float32_deviation": "largest difference over all cases when torch computes the same in float32",
    "modules, heads, ids, labels": "those of routed_lora.json; the task of an example is its label // 2, the newest is task 2",
    "cases": "[{router, options, training, parameters {unit: {name}}, constants {unit: {name}} where there are any, noise {name: [example][module]} where any is drawn, "
    "gates {unit: [example]([token])[module]}, logits [example][6], and of routers that are fitted: loss (what the fit minimises: the cross-entropy and the router's own term), "
    "gradients {unit: {name}}, losses [step] of AdamW on all examples at once, learning rate 0.05 falling linearly to 0, weight decay 0.01]}]",
}


def outer(x, p, gates):
    """scale sum_i gate_i (x A_i) B_i; gates [example][module] or [example][token][module]."""
    return SCALE * torch.einsum("blm,mro,blmr->blo", per_token(x, gates), p["B"], torch.einsum("bli,mir->blmr", x, p["A"]))


def factors(x, p, gates):
    """scale (x sum_i gate_i A_i) (sum_i gate_i B_i)."""
    A, B = (torch.einsum("blm,m...->bl...", per_token(x, gates), p[name]) for name in ("A", "B"))
    return SCALE * torch.einsum("blr,blro->blo", torch.einsum("bli,blir->blr", x, A), B)


MIXES = {"outer": outer, "factors": factors}


def per_token(x, gates):
    return (gates if gates.dim() == 3 else gates[:, None]).expand(*x.shape[:2], -1)


class Library:
    """The tiny BERT with modules `own` at the sites."""

    def __init__(self, dtype, own=range(MODULES), ids=IDS):
        self.dtype, self.ids, self.mask = dtype, ids, tiny.padded(ids)[1].to(dtype)
        self.model, self.sites = tiny.tiny(dtype)
        pick = lambda values: torch.stack([torch.tensor(values[m], dtype=dtype) for m in own])
        self.stacked = {site: {name: pick([module[site][name] for module in GIVEN["modules"]]) for name in ("A", "B")} for site in SITES}
        self.W, self.b = (torch.cat([torch.tensor(GIVEN["heads"][m][name], dtype=dtype) for m in own], -1) for name in ("W", "b"))

    def frozen(self):
        """What the backbone alone gives: embeddings of the table, the last hidden state, its masked mean, what enters each site."""
        entering = {}
        for site in SITES:
            self.sites[site].update = lambda x, y, site=site: entering.setdefault(site, x) * 0 + y
        states, pooled = tiny.run(self.model, self.ids)
        return {"embeddings": self.model.embeddings.word_embeddings(tiny.padded(self.ids)[0]), "hidden": states[-1], "mean": pooled, "sites": entering}

    def logits(self, gates_of, mix=outer, composed=None):
        """`gates_of(site, x, y, block)` with the input of the site's block. `composed(site, x, y)` in the place of gates and mix."""
        blocks = {}

        def before(layer, hidden, mask):
            blocks[layer] = hidden

        for site in SITES:

            def update(x, y, site=site):
                if composed is not None:
                    return composed(site, x, y)
                return y + mix(x, self.stacked[site], gates_of(site, x, y, blocks[int(site.split(".")[1])]))

            self.sites[site].update = update
        _, pooled = tiny.run(self.model, self.ids, before)
        return pooled @ self.W + self.b

    def unpadded(self, gates):
        """Of gates [example][token][module] the tokens that there are."""
        return [row[: len(ids)] for row, ids in zip(gates, self.ids)] if gates.dim() == 3 else gates


def tensors(values, dtype, trained=False):
    return {unit: {name: torch.tensor(array, dtype=dtype, requires_grad=trained) for name, array in own.items()} for unit, own in values.items()}


def largest(scores, k, mask):
    """1 where a score is among the k largest of its row; no choice may be one that rounding turns."""
    order = scores.detach().sort(-1, descending=True).values
    if k >= scores.shape[-1]:
        return torch.ones_like(scores)
    margin = order[..., k - 1] - order[..., k]
    assert margin[mask > 0].min() > 5e-5, f"a choice that rounding could turn: {margin[mask > 0].min()}"
    return (scores >= order[..., k - 1 : k]).to(scores.dtype)


def softmax_of_largest(scores, k, temperature, mask):
    return torch.softmax((scores / temperature).masked_fill(largest(scores, k, mask) == 0, -torch.inf), -1)


def cross_entropy(logits, weights=None):
    each = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS), reduction="none")
    return each.mean() if weights is None else (each * weights).sum() / weights.sum()


STEPS, RATE = 3, 0.05


def descent(values, dtype, loss_of):
    """The losses of AdamW's steps."""
    trained = tensors(values, dtype, trained=True)
    optimiser = torch.optim.AdamW([p for own in trained.values() for p in own.values()], lr=RATE, weight_decay=0.01)
    losses = []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (STEPS - step) / STEPS
        optimiser.zero_grad()
        loss = loss_of(trained)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


def case(router, options, values, run, dtype, fitted=True, steps=True, training=False, constants=None, **more):
    """`run(p)` gives gates by unit, logits and what is minimised. Gradients and steps where the router is fitted by gradient."""
    trained = tensors(values, dtype, trained=fitted)
    gates, logits, loss = run(trained)
    result = {"router": router, "options": options, "training": training, "parameters": values, **({"constants": constants} if constants else {}), **more}
    result |= {"gates": {unit: rows for unit, rows in gates.items()}, "logits": logits.detach()}
    if loss is not None:
        result["loss"] = loss.item()
    if fitted:
        loss.backward()
        result["gradients"] = {unit: {name: p.grad for name, p in own.items()} for unit, own in trained.items()}
        if steps:
            result["losses"] = descent(values, dtype, lambda p: run(p)[2])
    return result


def checked(cases_of, values):
    """Cases in float64; how far float32 strays; one weight of each fitted case by central differences."""
    high, low = (cases_of(dtype, values) for dtype in (torch.float64, torch.float32))
    strays = {}
    for key in ("gates", "logits", "loss", "gradients", "losses"):
        strays[key] = max((fixture.deviation(plainly(a[key]), plainly(b[key])) for a, b in zip(high, low) if key in a), default=0.0)
    return {"float32_deviation": strays}, high


def plainly(value):
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plainly(item) for item in value]
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value
