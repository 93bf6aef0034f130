"""π-Tuning: Fisher information of the modules of routed_lora.json by autograd, similarities, the k nearest; gates, losses, gradients, steps."""
import numpy as np
import torch

import fixture
import library
from library import IDS, LABELS, MIXES, MODULES, SITES, TASKS, Library, case, cross_entropy

CLASSES = 2
Z = fixture.given(np.random.default_rng(57), len(SITES), MODULES, MODULES)


def information(m, dtype, labels):
    """Of module m on the texts of its task, under its own head: means of (d log p(y) / d theta)^2, in expectation over y or of the given y; a vector for each array."""
    own = [i for i, task in enumerate(TASKS) if task == m]
    totals = 0
    for i in own:
        alone = Library(dtype, own=[m], ids=[IDS[i]])
        leaves = [p.requires_grad_() for site in alone.stacked.values() for p in site.values()]
        log_p = alone.logits(lambda *_: torch.ones(1, 1, dtype=dtype)).log_softmax(-1)[0]
        for y in range(CLASSES) if labels == "expected" else [LABELS[i] % CLASSES]:
            share = log_p[y].exp().detach() if labels == "expected" else 1
            slopes = torch.autograd.grad(log_p[y], leaves, retain_graph=True)
            totals = totals + torch.cat([share * slope.flatten() ** 2 / len(own) for slope in slopes])
    return totals.split([leaf.numel() for leaf in leaves])


def similarity(a, b, how):
    cosine = lambda x, y: torch.nn.functional.cosine_similarity(x, y, dim=0)
    if how == "plain":
        return cosine(torch.cat(a), torch.cat(b))
    # as in the authors' notebook, task_emb_post_process.ipynb
    return torch.stack([cosine(x / (x + y + 1e-6), y / (x + y + 1e-6)) for x, y in zip(a, b)]).mean()


def pi_tuning(dtype, top_k, cosine, start, scope, labels, mix):
    F = [information(m, dtype, labels) for m in range(MODULES)]
    S = torch.stack([torch.stack([similarity(a, b, cosine) if a is not b else torch.ones((), dtype=dtype) for b in F]) for a in F])
    order = S.sort(-1, descending=True)
    assert top_k == MODULES or (order.values[:, top_k - 1] - order.values[:, top_k]).min() > 1e-3, "a choice that rounding could turn"
    chosen = order.indices[:, :top_k]
    network = Library(dtype)
    unit_of = lambda site: {"global": "model", "per_layer": ".".join(site.split(".")[:2]), "per_module": site}[scope]
    units = list(dict.fromkeys(unit_of(site) for site in SITES))

    def gates(weights):
        rows = []
        for task in TASKS:
            kept = chosen[task]
            z = weights[task, kept] + (S[task, kept] if start == "similarity" else 0)
            rows.append(torch.zeros(MODULES, dtype=dtype).index_put((kept,), torch.softmax(z, 0)))
        return torch.stack(rows)

    def run(p):
        seen = {unit: gates(own["Z"]) for unit, own in p.items()}
        logits = network.logits(lambda site, *_: seen[unit_of(site)], MIXES[mix])
        return seen, logits, cross_entropy(logits)

    options = {"top_k": top_k, "cosine": cosine, "start": start, "scope": scope, "labels": labels, "mix": mix}
    constants = {"S": S, "near": torch.zeros(MODULES, MODULES, dtype=dtype).scatter(1, chosen, 1.0)}
    values = {unit: {"Z": Z[i]} for i, unit in enumerate(units)}
    return case("pi_tuning", options, values, run, dtype, training=True, constants={unit: constants for unit in units})


def cases(dtype, _):
    return [
        pi_tuning(dtype, 2, "plain", "uniform", "per_layer", "given", "outer"),
        pi_tuning(dtype, 2, "plain", "similarity", "global", "expected", "factors"),
        pi_tuning(dtype, 2, "normalised", "similarity", "per_module", "given", "outer"),
        pi_tuning(dtype, 3, "normalised", "uniform", "per_layer", "expected", "factors"),
    ]


def main():
    strays, results = library.checked(cases, None)
    fixture.write(
        "pi_tuning",
        "π-Tuning over the LoRA modules of routed_lora.json: what it makes of their Fisher information, gates, logits, losses and gradients in float64",
        {
            **library.LAYOUT,
            "constants": "S: similarities of the diagonals of the Fisher information, each on the texts of the module's task under its own head; near: 1 for the top_k of a row",
        },
        **strays,
        cases=results,
    )


main()
