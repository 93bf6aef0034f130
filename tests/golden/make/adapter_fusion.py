"""AdapterFusion by the module of the package `adapters`, at each site of the tiny BERT. Needs transformers 4: requirements_adapters.txt, in an environment of its own."""
import sys

sys.path.append(sys.path.pop(0))  # the package, not adapters.py beside this file

import numpy as np
import torch
from adapters.configuration import DynamicAdapterFusionConfig
from adapters.methods.modeling import BertFusion

import fixture
import library
from library import MODULES, SCALE, SITES, Library, case, cross_entropy

WIDTH, LAMBDA = 16, 0.01
random = np.random.default_rng(91)
VALUES = {
    site: {
        "Q": fixture.given(random, WIDTH, WIDTH, scale=0.15),
        "q": fixture.given(random, WIDTH, scale=0.3),
        "K": fixture.given(random, WIDTH, WIDTH, scale=0.15),
        "D": fixture.given(random, WIDTH, WIDTH, scale=0.1),
    }
    for site in SITES
}


def fusion(p, key_bias):
    """Their module with our arrays: linear layers hold transposes, and V = I + D."""
    module = BertFusion(DynamicAdapterFusionConfig(), WIDTH, 0.0).to(p["Q"].dtype)
    for name, value in (("query", p["Q"].T), ("key", p["K"].T), ("value", (torch.eye(WIDTH, dtype=p["Q"].dtype) + p["D"]).T)):
        del getattr(module, name).weight
        getattr(module, name).weight = value
    for name, value in (("query", p["q"]), ("key", key_bias)):
        del getattr(module, name).bias
        getattr(module, name).bias = value
    return module


def cases(dtype, values):
    network = Library(dtype)
    key_bias = torch.full((WIDTH,), 0.7, dtype=dtype)  # adds the same to all scores: no such parameter of ours

    def run(p):
        seen = {}

        def composed(site, x, y):
            own = network.stacked[site]
            changes = SCALE * torch.einsum("bli,mir,mro->blmo", x, own["A"], own["B"])
            module = fusion(p[site], key_bias)
            scores = torch.einsum("bld,blmd->blm", module.query(y), module.key(changes))
            seen[site] = network.unpadded(torch.softmax(scores, -1))
            return module(y, changes, changes, y)

        logits = network.logits(None, composed=composed)
        regularised = sum(((torch.eye(WIDTH, dtype=dtype) - (torch.eye(WIDTH, dtype=dtype) + p[site]["D"]).T) ** 2).sum() for site in SITES)
        return seen, logits, cross_entropy(logits) + LAMBDA * regularised

    return [case("adapter_fusion", {}, values, run, dtype)]


def main():
    strays, results = library.checked(cases, VALUES)
    fixture.write(
        "adapter_fusion",
        "AdapterFusion over the LoRA modules of routed_lora.json by adapters' BertFusion at each site: gates, logits, losses and gradients in float64",
        library.LAYOUT,
        **strays,
        cases=results,
    )


main()
