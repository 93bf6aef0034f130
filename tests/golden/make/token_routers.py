"""Routers that weigh modules for each token: average activation, mixture of experts, ModuleFormer's gate, PHATGOOSE, X-LoRA (against peft)."""
import tempfile

import numpy as np
import torch
from peft import XLoraConfig, get_peft_model
from torch.nn.functional import gelu, layer_norm

import fixture
import library
import tiny
from library import IDS, LABELS, MODULES, SITES, TASKS, Library, MIXES, case, cross_entropy, largest, softmax_of_largest
from peft_library import Wrapped, peft_folders, pooled_logits

WIDTH, HIDDEN = 16, 5
random = np.random.default_rng(71)
at_sites = lambda **shapes: {site: {name: fixture.given(random, *shape, scale=scale) for name, (shape, scale) in shapes.items()} for site in SITES}
VALUES = {
    "mole": at_sites(W=((WIDTH, MODULES), 0.4)),
    "moduleformer": at_sites(W1=((WIDTH, HIDDEN), 0.4), b1=((HIDDEN,), 0.3), W2=((HIDDEN, MODULES), 0.8)),
    "phatgoose": at_sites(v=((MODULES, WIDTH), 0.5)),
    "x_lora": {"model": {"W": fixture.given(random, WIDTH, MODULES, scale=0.4), "b": fixture.given(random, MODULES, scale=0.3)}},
    "x_lora_deep": at_sites(V=((WIDTH, HIDDEN), 0.4), v=((HIDDEN,), 0.3), W=((HIDDEN, MODULES), 0.6), b=((MODULES,), 0.3)),
}


class At:
    """Gates by site, kept while the network runs."""

    def __init__(self, network, gate):
        self.network, self.gate, self.seen, self.inputs = network, gate, {}, {}

    def __call__(self, site, x, y, block):
        self.inputs[site] = x
        alpha = self.gate(site, x)
        self.seen[site] = self.network.unpadded(alpha)
        return alpha


def tokens(network, rows):
    """[example][token][..] -> [all tokens][..]"""
    return torch.cat(network.unpadded(rows))


def average_activation(dtype, pooling, top_k, temperature, mix):
    network = Library(dtype)
    entering = network.frozen()["sites"]
    pool = lambda x: tiny.pooled(x, network.mask) if pooling == "mean" else torch.stack([row[len(ids) - 1] for row, ids in zip(x, IDS)])
    P = {}
    for site, x in entering.items():
        of = pool(x)
        P[site] = torch.stack([of[[i for i, task in enumerate(TASKS) if task == t]].mean(0) for t in range(MODULES)])
    tau = WIDTH**0.5 if temperature == "sqrt_width" else temperature
    at = At(network, lambda site, x: softmax_of_largest(x @ P[site].T, top_k, tau, network.mask))
    logits = network.logits(at, MIXES[mix])
    options = {"top_k": top_k, "temperature": temperature, "pooling": pooling, "mix": mix}
    return case("average_activation", options, {}, lambda _: (at.seen, logits, None), dtype, fitted=False, constants={site: {"P": value} for site, value in P.items()})


def mole(dtype, values, top_k, temperature, balance):
    network = Library(dtype)

    def run(p):
        at = At(network, lambda site, x: softmax_of_largest(x @ p[site]["W"], top_k, temperature, network.mask))
        logits = network.logits(at)
        own = 0
        for site in SITES:
            P = torch.softmax(tokens(network, at.inputs[site]) @ p[site]["W"] / temperature, -1).mean(0)
            f = torch.nn.functional.one_hot(torch.cat(at.seen[site]).argmax(-1), MODULES).to(dtype).mean(0)
            own = own + MODULES * (f * P).sum() / len(SITES)
        return at.seen, logits, cross_entropy(logits) + balance * own

    return case("mole", {"top_k": top_k, "temperature": temperature, "balance": balance}, values, run, dtype)


def moduleformer(dtype, values, top_k, mutual_information, concentration, switch):
    """L_MI = -(H(mean p) - mean H(p)); concentration H(mean p); switch N sum P F + 0.1 mean(lse^2), F of the k chosen (ModuleFormer's gate.py)."""
    network = Library(dtype)
    entropy = lambda p: -(p * torch.log(p)).sum(-1)

    def run(p):
        def z(site, x):
            return gelu(x @ p[site]["W1"] + p[site]["b1"]) @ p[site]["W2"]

        def gate(site, x):
            all = torch.softmax(z(site, x), -1)
            return all * largest(all, top_k, network.mask)

        at = At(network, gate)
        logits = network.logits(at)
        loss = cross_entropy(logits)
        for site in SITES:
            scores = z(site, tokens(network, at.inputs[site]))
            probabilities = torch.softmax(scores, -1)
            marginal = probabilities.mean(0)
            chosen = (torch.cat(at.seen[site]) > 0).to(dtype).sum(0)
            loss = loss + mutual_information * -(entropy(marginal) - entropy(probabilities).mean()) + concentration * entropy(marginal)
            loss = loss + switch * (MODULES * (marginal * chosen / chosen.sum()).sum() + 0.1 * (torch.logsumexp(scores, -1) ** 2).mean())
        return at.seen, logits, loss

    options = {"top_k": top_k, "hidden": HIDDEN, "mutual_information": mutual_information, "concentration": concentration, "switch": switch}
    return case("moduleformer", options, values, run, dtype)


def phatgoose(dtype, values, top_k):
    network = Library(dtype)
    normal = lambda x: layer_norm(x, (WIDTH,))
    V = library.tensors(values, dtype)
    at = At(network, lambda site, x: softmax_of_largest(normal(x) @ normal(V[site]["v"]).T, top_k, WIDTH**0.5, network.mask))
    logits = network.logits(at)
    return case("phatgoose", {"top_k": top_k}, {}, lambda _: (at.seen, logits, None), dtype, fitted=False, constants=values)


def phatgoose_alone(dtype, values, module):
    """One module with its gate sigma(v . x), on the examples of its task under its own head."""
    examples = [i for i, task in enumerate(TASKS) if task == module]
    network = Library(dtype, [module], [IDS[i] for i in examples])
    own = {site: {"v": np.asarray(value["v"])[module]} for site, value in values.items()}

    def run(p):
        at = At(network, lambda site, x: torch.sigmoid((x * p[site]["v"]).sum(-1, keepdim=True)))
        logits = network.logits(at)
        return at.seen, logits, torch.nn.functional.cross_entropy(logits, torch.tensor([LABELS[i] - 2 * module for i in examples]))

    return case("phatgoose", {}, own, run, dtype, alone=module, examples=examples)


def x_lora(dtype, values, layerwise, hidden, top_k, temperature, renormalise=False):
    network = Library(dtype)
    H = network.frozen()["hidden"]

    def run(p):
        def gate(site, _):
            own = p[site if layerwise else "model"]
            z = (torch.relu(H @ own["V"] + own["v"]) if "V" in own else H) @ own["W"] + own["b"]
            if top_k == "all":
                return torch.softmax(z / temperature, -1)
            if renormalise:
                return softmax_of_largest(z, top_k, temperature, network.mask)
            return torch.softmax(z / temperature, -1) * largest(z, top_k, network.mask)

        at = At(network, gate)
        logits = network.logits(at)
        gates = at.seen if layerwise else {"model": at.seen[SITES[0]]}
        return gates, logits, cross_entropy(logits)

    options = {"layerwise": layerwise, "hidden": hidden, "top_k": top_k, "temperature": temperature, "renormalise": renormalise}
    return case("x_lora", options, values, run, dtype)


def cases(dtype, values):
    return [
        average_activation(dtype, "last", 2, "sqrt_width", "outer"),
        average_activation(dtype, "mean", 3, 1, "factors"),
        mole(dtype, values["mole"], 2, 2, 0.1),
        mole(dtype, values["mole"], 1, 1, 0),
        moduleformer(dtype, values["moduleformer"], 2, 0.1, 0, 0),
        moduleformer(dtype, values["moduleformer"], 2, 0, 0.2, 0.1),
        phatgoose(dtype, values["phatgoose"], 2),
        phatgoose_alone(dtype, values["phatgoose"], 0),
        x_lora(dtype, values["x_lora"], False, "none", "all", 1),
        x_lora(dtype, values["x_lora"], False, "none", 2, 1),
        x_lora(dtype, values["x_lora"], False, "none", 2, 0.5, renormalise=True),
        x_lora(dtype, values["x_lora_deep"], True, HIDDEN, "all", 2),
    ]


def check_against_peft(results):
    """X-LoRA as peft runs the whole network."""
    with tempfile.TemporaryDirectory() as place:
        folders = peft_folders(place)
        for one in results:
            if one["router"] != "x_lora" or one["options"]["renormalise"] or one["options"]["layerwise"]:
                continue
            options, values = one["options"], one["parameters"]["model"]
            config = XLoraConfig(
                hidden_size=WIDTH,
                adapters={str(i): folder for i, folder in enumerate(folders)},
                xlora_depth=1,
                top_k_lora=None if options["top_k"] == "all" else options["top_k"],
                softmax_temperature=options["temperature"],
            )
            model = get_peft_model(Wrapped(), config).double().eval()
            (last,) = model.base_model.internal_xlora_classifier.layers
            last.weight.data, last.bias.data = torch.tensor(values["W"]).T.contiguous(), torch.tensor(values["b"])
            assert fixture.deviation(pooled_logits(model), one["logits"]) < 1e-9, fixture.deviation(pooled_logits(model), one["logits"])
        check_layerwise_against_peft(folders)


def check_layerwise_against_peft(folders):
    """Scalings of each layer, of depth 2: one hidden layer for all layers, as peft has it."""
    random = np.random.default_rng(72)
    V, v = fixture.given(random, WIDTH, HIDDEN, scale=0.4), fixture.given(random, HIDDEN, scale=0.3)
    values = {site: {"V": V, "v": v, "W": fixture.given(random, HIDDEN, MODULES, scale=0.6), "b": fixture.given(random, MODULES, scale=0.3)} for site in SITES}
    ours = x_lora(torch.float64, values, True, HIDDEN, "all", 2)
    adapters = {str(i): folder for i, folder in enumerate(folders)}
    config = XLoraConfig(hidden_size=WIDTH, adapters=adapters, xlora_depth=2, xlora_size=HIDDEN, xlora_dropout_p=0.0, layerwise_scalings=True, softmax_temperature=2.0)
    model = get_peft_model(Wrapped(), config).double().eval()
    first, *_, last = model.base_model.internal_xlora_classifier.layers
    first.weight.data, first.bias.data = torch.tensor(V).T.contiguous(), torch.tensor(v)
    last.weight.data = torch.cat([torch.tensor(values[site]["W"]) for site in SITES], -1).T.contiguous()
    last.bias.data = torch.cat([torch.tensor(values[site]["b"]) for site in SITES])
    assert fixture.deviation(pooled_logits(model), ours["logits"]) < 1e-9


def main():
    strays, results = library.checked(cases, VALUES)
    check_against_peft(results)
    fixture.write(
        "token_routers",
        "Routers of each token over the LoRA modules of routed_lora.json: gates, logits, losses and gradients in float64",
        {
            **library.LAYOUT,
            "alone": "of PHATGOOSE: the module that is trained with its gate, on the examples listed, under its own head",
            "checked": "X-LoRA against peft on the whole network; the others are the formulas of methods in the plugins' heads, written anew",
        },
        **strays,
        cases=results,
    )


main()
