"""Three bottleneck modules on the tiny BERT, mixed by L2R."""
import numpy as np
import torch

import fixture
import routing

REDUCTION, NARROW = 4, 4
random = np.random.default_rng(61)
modules = [
    {
        f"layer.{l}.output": {
            "D": fixture.given(random, 16, NARROW, scale=0.3),
            "b": fixture.given(random, NARROW, scale=0.3),
            "U": fixture.given(random, NARROW, 16, scale=0.4),
            "c": fixture.given(random, 16, scale=0.2),
        }
        for l in (0, 1)
    }
    for _ in range(routing.MODULES)
]


def outputs(x, y, p, gates):
    """y + sum_i gate_i (relu(y D_i + b_i) U_i + c_i)."""
    inner = torch.relu(torch.einsum("bli,mir->blmr", y, p["D"]) + p["b"])
    return y + torch.einsum("bm,blmo->blo", gates, torch.einsum("blmr,mro->blmo", inner, p["U"]) + p["c"])


def parameters(x, y, p, gates):
    """One bottleneck per example with gated sums of D, b, U, c."""
    D, b, U, c = (torch.einsum("bm,m...->b...", gates, p[name]) for name in "DbUc")
    return y + torch.relu(y @ D + b[:, None]) @ U + c[:, None]


strays, given, results = routing.everything(modules, 52, {"outputs": outputs, "parameters": parameters})
fixture.write(
    "routed_bottleneck",
    "Three bottleneck modules (Pfeiffer's place, reduction 4, relu) on tiny_bert/ mixed by L2R: gates, logits, gradients, in float64",
    {
        "modules": "[module]{site: {D [16, 4], b [4], U [4, 16], c [16]}}; a module adds relu(y D + b) U + c to what leaves the feed-forward output dense",
        "aggregate": "outputs = sum of gated updates; parameters = one bottleneck per example with gated sums of D, b, U and c",
        **routing.LAYOUT,
    },
    adapter={"name": "bottleneck", "reduction": REDUCTION, "activation": "relu", "place": "pfeiffer"},
    **strays,
    **given,
    modules=modules,
    **results,
)
