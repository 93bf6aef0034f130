"""Three LoRA modules on the tiny BERT, mixed by L2R and by Arrow."""
import numpy as np
import torch
from peft.tuners.lora.arrow import ArrowLoraLinearLayer
from peft.tuners.lora.config import ArrowConfig

import fixture
import routing
import tiny

RANK, ALPHA, TOP_K = 4, 8, 2
SCALE = ALPHA / RANK
random = np.random.default_rng(51)
SITES = [f"layer.{l}.attention.{role}" for l in (0, 1) for role in ("query", "value")]
modules = [
    {site: {"A": fixture.given(random, 16, RANK, scale=0.3), "B": fixture.given(random, RANK, 16, scale=0.3)} for site in SITES}
    for _ in range(routing.MODULES)
]


def outer(x, y, p, gates):
    """y + scale sum_i gate_i (x A_i) B_i; gates [example][module] or [example][token][module]."""
    per_token = gates if gates.dim() == 3 else gates[:, None]
    return y + SCALE * torch.einsum("blm,blmr,mro->blo", per_token.expand(*x.shape[:2], -1), torch.einsum("bli,mir->blmr", x, p["A"]), p["B"])


def factors(x, y, p, gates):
    """y + scale (x sum_i gate_i A_i) (sum_i gate_i B_i)."""
    per_token = (gates if gates.dim() == 3 else gates[:, None]).expand(*x.shape[:2], -1)
    A, B = (torch.einsum("blm,m...->bl...", per_token, p[name]) for name in ("A", "B"))
    return y + SCALE * torch.einsum("blr,blro->blo", torch.einsum("bli,blir->blr", x, A), B)


def prototypes():
    """[site][module][16]: first left singular vector of A B (its rows are the site's input space), largest coordinate positive."""
    result, gap = {}, 1.0
    for site in SITES:
        directions = []
        for module in modules:
            U, S, _ = np.linalg.svd(module[site]["A"] @ module[site]["B"])
            gap = min(gap, (S[0] - S[1]) / S[0])
            directions.append(U[:, 0] * np.sign(U[np.abs(U[:, 0]).argmax(), 0]))
        result[site] = np.stack(directions)
    assert gap > 0.01, "a first direction that is hardly the first"
    return result


def top(scores):
    """Softmax over the k largest of the last axis, 0 elsewhere."""
    order = scores.sort(-1, descending=True).values
    kept = scores >= order[..., TOP_K - 1 : TOP_K]
    return torch.softmax(scores.masked_fill(~kept, -torch.inf), -1), (order[..., TOP_K - 1] - order[..., TOP_K])


def arrow(directions, mix, heads, ids, dtype=torch.float64):
    network, gates = routing.Network(modules, heads, dtype), {}
    for site, parameters in network.stacked.items():
        P = torch.tensor(directions[site], dtype=dtype)

        def update(x, y, site=site, parameters=parameters, P=P):
            weights, margin = top((x @ P.T).abs())
            for row, ids_row in zip(margin, ids):
                assert row[: len(ids_row)].min() > 1e-3, "a choice that rounding could turn"
            gates[site] = [row[: len(ids_row)] for row, ids_row in zip(weights, ids)]
            return mix(x, y, parameters, weights)

        network.sites[site].update = update
    _, pooled = tiny.run(network.model, ids)
    return {"gates": gates, "logits": pooled @ network.W + network.b}


def check_against_peft(directions):
    """The update at one site as peft's Arrow layer computes it (its power iteration is given the exact directions)."""
    site, x = SITES[1], torch.tensor(np.random.default_rng(5).normal(size=(2, 6, 16)))
    names = ["task_0", "task_1", "task_2"]
    config = ArrowConfig(top_k=TOP_K, router_temperature=1.0)
    config.task_adapter_names, config.gks_adapter_names = names, []
    layer = ArrowLoraLinearLayer(16, config)
    weight = lambda name: {key: torch.nn.Linear(*modules[0][site][name].shape, bias=False).double() for key in names}
    A, B = weight("A"), weight("B")
    for i, key in enumerate(names):
        A[key].weight.data, B[key].weight.data = (torch.tensor(modules[i][site][n].T.copy()) for n in ("A", "B"))
    layer.register_buffer("prototypes", torch.tensor(directions[site]), persistent=False)
    theirs = layer(x, A, B, torch.nn.Identity(), {key: SCALE for key in names}).detach()
    p = {name: torch.stack([torch.tensor(module[site][name]) for module in modules]) for name in ("A", "B")}
    ours = outer(x, torch.zeros(2, 6, 16, dtype=torch.float64), p, top((x @ torch.tensor(directions[site]).T).abs())[0])
    assert fixture.deviation(theirs, ours) < 1e-12


def main():
    mixes = {"outputs": outer, "parameters": factors}
    strays, given, results = routing.everything(modules, 52, mixes)
    directions = prototypes()
    check_against_peft(directions)
    fixture.write(
        "routed_lora",
        "Three LoRA modules (rank 4, alpha 8, query and value) on tiny_bert/ mixed by L2R (gates, logits, gradients) and by Arrow, in float64",
        {
            "modules": "[module]{site: {A [16, 4], B [4, 16]}}; a module adds (alpha/rank) (x A) B",
            "aggregate": "outputs = sum of gated updates (the same as parameters with mix outer); parameters = mix factors: gated sums of A and of B apart, per example",
            **routing.LAYOUT,
            "arrow": "top_k 2, temperature 1, per token and site on the site's input, not normalised. prototypes {site: [module][16]}, sign free (here: largest coordinate positive); "
            "cases [{mix, gates {site: [example][token][module]}, logits}]; outer as in peft, factors as in mttl (A and B mixed per token)",
        },
        adapter={"name": "lora", "rank": RANK, "alpha": ALPHA, "targets": ["query", "value"]},
        **strays,
        **given,
        modules=modules,
        **results,
        arrow={
            "top_k": TOP_K,
            "temperature": 1,
            "prototypes": directions,
            "cases": [{"mix": name, **arrow(directions, mix, given["heads"], given["ids"])} for name, mix in (("outer", outer), ("factors", factors))],
        },
    )


main()
