"""L2R on the tiny BERT: a linear router per block mixes three given modules. What routed_lora and routed_bottleneck share."""
import os

import numpy as np
import torch
from tokenizers import Tokenizer

import fixture
import tiny

MODULES = 3
TEXTS = ["i cook hot soup", "the rainy wind is very cold today", "where is the train to my road?", "bread", "a sweet tea and a dry storm, not far!"]
LABELS = [2, 0, 5, 3, 1]
LAYOUT = {
    "float32_deviation": "largest difference over all cases when torch computes the same in float32: gates, logits, gradients",
    "ids / labels": "[example][token], [example]; labels index the 6 joined classes",
    "heads": "[module]{W [16, 2], b [2]}; logits = pooled times the W joined along columns + joined b; pooled = masked mean of the last hidden states",
    "routers": "[layer]{W [16, 3], b [3]}; z = q W + b with q = masked mean over tokens of that block's input (adapters of lower blocks included)",
    "u": "[layer][example][module], uniform draws of the training cases",
    "single": "[module][example][6]: logits with that module alone (gate 1)",
    "uniform": "{outputs, parameters}: logits with every gate 1/3",
    "cases": "[{relaxation, training, temperature, normalise, aggregate, gates [layer][example][module], logits [example][6], "
    "and where training: loss (mean cross entropy), gradients [layer]{W, b}}]",
    "relaxation": "sigmoid a = s(z/t); softmax a = softmax(z/t); gumbel_sigmoid a = s((z + log u - log(1-u))/t); gumbel_softmax a = softmax((z - log(-log u))/t); "
    "gumbel_sigmoid_st a = 1[soft > .5] forward, the soft gate's gradient backward. Not training: s(z) or softmax(z) (no noise; t only where 1). "
    "normalise sum: a / (sum a + 1e-12)",
}


def texts():
    tokenizer = Tokenizer.from_file(os.path.join(tiny.CHECKPOINT, "tokenizer.json"))
    return [tokenizer.encode(text).ids for text in TEXTS]


def draws(seed):
    random = np.random.default_rng(seed)
    heads = [{"W": fixture.given(random, 16, 2, scale=0.6), "b": fixture.given(random, 2, scale=0.2)} for _ in range(MODULES)]
    routers = [{"W": fixture.given(random, 16, MODULES, scale=0.35), "b": fixture.given(random, MODULES, scale=0.4)} for _ in (0, 1)]
    u = np.round(random.uniform(0.02, 0.98, size=(2, len(TEXTS), MODULES)), 4)
    return heads, routers, u


def relax(z, relaxation, u, temperature, normalise):
    """Gates of a block; u is None when not training."""
    noise = 0 if u is None else torch.log(u) - torch.log(1 - u)
    if relaxation == "softmax":
        a = torch.softmax(z / temperature, -1)
    elif relaxation == "gumbel_softmax":
        a = torch.softmax(z / temperature if u is None else (z - torch.log(-torch.log(u))) / temperature, -1)
    elif relaxation == "sigmoid":
        a = torch.sigmoid(z / temperature)
    else:
        a = torch.sigmoid((z + noise) / temperature)
        if relaxation == "gumbel_sigmoid_st" and u is not None:
            hard = (a > 0.5).to(a.dtype)
            assert hard.sum(-1).min() > 0 and (a - 0.5).abs().min() > 1e-3, "an example without an open gate, or one that rounding could open"
            a = hard + (a - a.detach())
    return a / (a.sum(-1, keepdim=True) + 1e-12) if normalise == "sum" else a


class Network:
    """The tiny BERT with modules at sites. `mix(x, y, stacked, gates)` replaces what leaves a site; gates [example][module]."""

    def __init__(self, modules, heads, dtype):
        self.dtype = dtype
        self.model, self.sites = tiny.tiny(dtype)
        self.stacked = {
            site: {name: torch.stack([torch.tensor(module[site][name], dtype=dtype) for module in modules]) for name in modules[0][site]}
            for site in modules[0]
        }
        self.W = torch.cat([torch.tensor(head["W"], dtype=dtype) for head in heads], 1)
        self.b = torch.cat([torch.tensor(head["b"], dtype=dtype) for head in heads])

    def logits(self, ids, mix, gates_of):
        """`gates_of(layer, hidden, mask)` is asked at each block's input."""
        gates = {}

        def before(layer, hidden, mask):
            gates[layer] = gates_of(layer, hidden, mask)

        for name, parameters in self.stacked.items():
            layer = int(name.split(".")[1])
            self.sites[name].update = lambda x, y, layer=layer, p=parameters: mix(x, y, p, gates[layer])
        _, pooled = tiny.run(self.model, ids, before)
        return pooled @ self.W + self.b, [gates[layer] for layer in sorted(gates)]


SETTINGS = [
    # relaxation, training, temperature, normalise
    ("sigmoid", False, 1, "sum"),
    ("sigmoid", False, 1, "none"),
    ("softmax", False, 1, "sum"),
    ("gumbel_sigmoid", True, 1, "sum"),
    ("gumbel_sigmoid", True, 0.5, "sum"),
    ("sigmoid", True, 1, "sum"),
    ("softmax", True, 1, "sum"),
    ("gumbel_softmax", True, 1, "sum"),
    ("gumbel_sigmoid_st", True, 1, "sum"),
]


def cases(network, ids, routers, u, mixes):
    """Every setting with every way to mix."""
    results = []
    for relaxation, training, temperature, normalise in SETTINGS:
        for aggregate, mix in mixes.items():
            trained = [{name: torch.tensor(value, dtype=network.dtype, requires_grad=True) for name, value in router.items()} for router in routers]
            noise = torch.tensor(u, dtype=network.dtype)

            def gates_of(layer, hidden, mask):
                z = tiny.pooled(hidden, mask) @ trained[layer]["W"] + trained[layer]["b"]
                return relax(z, relaxation, noise[layer] if training else None, temperature, normalise)

            logits, gates = network.logits(ids, mix, gates_of)
            case = {
                "relaxation": relaxation, "training": training, "temperature": temperature, "normalise": normalise, "aggregate": aggregate,
                "gates": [gate.detach() for gate in gates], "logits": logits.detach(),
            }  # fmt: skip
            if training:
                loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
                loss.backward()
                case |= {"loss": loss.item(), "gradients": [{name: p.grad.clone() for name, p in router.items()} for router in trained]}
            results.append(case)
    return results


def fixed(network, ids, mix, gates):
    rows = torch.tensor([gates] * len(ids), dtype=network.dtype)
    return network.logits(ids, mix, lambda *_: rows)[0]


def everything(modules, seed, mixes):
    """All cases in float64, and how far float32 strays."""
    ids, (heads, routers, u) = texts(), draws(seed)
    outcome = {}
    for dtype in (torch.float64, torch.float32):
        network = Network(modules, heads, dtype)
        first = next(iter(mixes.values()))
        outcome[dtype] = {
            "single": [fixed(network, ids, first, [float(i == j) for j in range(MODULES)]) for i in range(MODULES)],
            "uniform": {name: fixed(network, ids, mix, [1 / MODULES] * MODULES) for name, mix in mixes.items()},
            "cases": cases(network, ids, routers, u, mixes),
        }
    high, low = outcome[torch.float64], outcome[torch.float32]
    check_gradient(modules, ids, heads, routers, u, mixes, high["cases"])
    largest = lambda key: max(fixture.deviation(a[key], b[key]) for a, b in zip(high["cases"], low["cases"]) if key in a)
    given = {"texts": TEXTS, "ids": ids, "labels": LABELS, "heads": heads, "routers": routers, "u": u}
    return {"float32_deviation": {key: largest(key) for key in ("gates", "logits", "gradients")}}, given, high


def check_gradient(modules, ids, heads, routers, u, mixes, results):
    """One weight of the lower router by central differences."""
    network, step = Network(modules, heads, torch.float64), 1e-5
    moved = [[{name: value.copy() for name, value in router.items()} for router in routers] for _ in (0, 1)]
    moved[0][0]["W"][3, 1] += step
    moved[1][0]["W"][3, 1] -= step
    up, down = (cases(network, ids, router, u, mixes) for router in moved)
    for case, above, below in zip(results, up, down):
        if case["training"] and not case["relaxation"].endswith("_st"):
            assert abs((above["loss"] - below["loss"]) / (2 * step) - case["gradients"][0]["W"][3, 1].item()) < 1e-7
