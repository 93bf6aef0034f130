"""Three LoRA modules on the tiny BERT made one by HF PEFT's add_weighted_adapter; the rest of the arithmetic by its formulas."""
import os
import warnings

import numpy as np
import torch
from peft import LoraConfig, get_peft_model

import fixture
import tiny

RANK, ALPHAS, CLASSES = 4, (8, 8, 8), 3
WEIGHTS, SIGNED = (0.5, 0.3, 0.2), (0.7, -0.4, 0.2)
NAMES = ("first", "second", "third")
IDS = [[2, 7, 11, 5, 3], [2, 30, 12, 12, 25, 9, 3], [2, 3]]
SITES = ["layer.0.attention.query", "layer.1.attention.value"]
random = np.random.default_rng(71)
MODULES = [
    {site: {"A": fixture.given(random, 16, RANK, scale=0.3), "B": fixture.given(random, RANK, 16, scale=0.3)} for site in SITES}
    for _ in NAMES
]
SCALES = [{site: {"l": 1 + fixture.given(random, 16, scale=0.3)} for site in SITES} for _ in NAMES]
HEADS = [{"W": fixture.given(random, 16, CLASSES, scale=0.6), "b": fixture.given(random, CLASSES, scale=0.2)} for _ in NAMES]
LABELS = [[0, 1, 2], [2, 1, 0], [1, 1, 0]]


def of_site(site):
    _, number, _, role = site.split(".")
    return f"encoder.layer.{number}.attention.self.{role}"


def peft_model():
    """The three modules as adapters of one PEFT model."""
    model = tiny.frozen(tiny.CHECKPOINT)
    for index, name in enumerate(NAMES):
        config = LoraConfig(r=RANK, lora_alpha=ALPHAS[index], target_modules=r"encoder\.layer\.(0\.attention\.self\.query|1\.attention\.self\.value)")
        model = get_peft_model(model, config, adapter_name=name) if index == 0 else (model.add_adapter(name, config), model)[1]
        for site in SITES:
            layer = model.base_model.model.get_submodule(of_site(site))
            layer.lora_A[name].weight.data = torch.tensor(MODULES[index][site]["A"].T.copy())
            layer.lora_B[name].weight.data = torch.tensor(MODULES[index][site]["B"].T.copy())
    return model.double()


def by_peft(combination, weights, **more):
    """Delta W [in, out] of the merged adapter, by site, and the pooled states under it."""
    model = peft_model()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.add_weighted_adapter(list(NAMES), list(weights), "merged", combination_type=combination, **more)
    model = model.double()
    model.set_adapter("merged")
    updates = {site: model.base_model.model.get_submodule(of_site(site)).get_delta_weight("merged").T for site in SITES}
    _, pooled = tiny.run(model.base_model.model, IDS)
    return {"updates": updates, "pooled": pooled}


PEFT = [
    ("linear", "linear", WEIGHTS, {}, {"weights": True, "on": "root_factors"}),
    ("linear, a negative weight", "linear", SIGNED, {}, {"weights": True, "on": "root_factors"}),
    ("cat", "cat", WEIGHTS, {}, {"weights": True}),
    ("svd", "svd", WEIGHTS, {}, {"weights": True}),
    ("svd of rank 2", "svd", SIGNED, {"svd_rank": 2}, {"weights": True, "rank": 2}),
    ("ties", "ties", WEIGHTS, {"density": 0.4}, {"weights": True, "on": "root_factors", "within": "array", "density": 0.4}),
    ("ties by frequency", "ties", WEIGHTS, {"density": 0.6, "majority_sign_method": "frequency"},
     {"weights": True, "on": "root_factors", "within": "array", "density": 0.6, "election": "frequency"}),
    ("ties_svd", "ties_svd", WEIGHTS, {"density": 0.3, "svd_rank": 5}, {"weights": True, "on": "updates", "within": "array", "density": 0.3, "rank": 5}),
    ("magnitude_prune", "magnitude_prune", WEIGHTS, {"density": 0.4}, {"weights": True, "on": "root_factors", "density": 0.4}),
    ("magnitude_prune_svd", "magnitude_prune_svd", WEIGHTS, {"density": 0.4, "svd_rank": 3}, {"weights": True, "on": "updates", "density": 0.4, "rank": 3}),
]  # fmt: skip
DARE = [("dare_linear", {"merge": "linear", "on": "root_factors"}), ("dare_ties", {"merge": "ties", "on": "root_factors"})]


def dare(combination):
    """PEFT with masks that are kept: [site][module]{A, B}, in our layout, 1 where an entry stays."""
    masks, drawn = {}, []
    bernoulli = torch.bernoulli

    def kept(shares):
        mask = bernoulli(shares, generator=generator)
        drawn.append(mask)
        return mask

    generator = torch.Generator().manual_seed(9)
    torch.bernoulli = kept
    try:
        result = by_peft(combination, WEIGHTS, density=0.6)
    finally:
        torch.bernoulli = bernoulli
    order = [of_site(site) for site in SITES]
    assert len(drawn) == 6 * len(SITES) and sorted(order) == order
    for index, site in enumerate(SITES):
        six = drawn[6 * index : 6 * index + 6]
        masks[site] = [{"A": six[m].T.int(), "B": six[3 + m].T.int()} for m in range(3)]
    return result | {"masks": masks}


def tensors(modules):
    return [{site: {name: torch.tensor(value) for name, value in arrays.items()} for site, arrays in module.items()} for module in modules]


def mttl():
    """Weighted sums of A and of B apart (WeightedLinearMerge); TIES over all parameters of a module together (TiesMerge)."""
    all_modules, scale = tensors(MODULES), ALPHAS[0] / RANK
    linear = {}
    for site in SITES:
        A, B = (sum(w * module[site][name] for w, module in zip(WEIGHTS, all_modules)) for name in ("A", "B"))
        linear[site] = scale * A @ B
    keys = [(site, name) for site in SITES for name in ("A", "B")]
    flat = torch.stack([torch.cat([module[site][name].reshape(-1) for site, name in keys]) for module in all_modules])
    kept = int(0.2 * flat.shape[1])
    least = flat.abs().sort(1).values[:, -kept][:, None]
    trimmed = torch.where(flat.abs() >= least, flat, 0.0)
    gamma = torch.where(trimmed.sum(0) >= 0, 1.0, -1.0)
    agree = torch.sign(trimmed) == gamma
    merged = (trimmed * agree).sum(0) / agree.sum(0).clamp(min=1)
    parts, at = {}, 0
    for site, name in keys:
        shape = all_modules[0][site][name].shape
        parts[site, name] = merged[at : at + shape.numel()].reshape(shape)
        at += shape.numel()
    return {"linear": linear, "ties": {site: scale * parts[site, "A"] @ parts[site, "B"] for site in SITES}}


def arithmetic():
    """Zhang et al. 2023: addition, negation, analogy; of LoRAs Delta W, of (IA)3 the vector l."""
    (first, second, third), (one, two, three), s = tensors(MODULES), tensors(SCALES), ALPHAS[0] / RANK
    by_site = lambda of: {site: of(site) for site in SITES}
    return {
        "lora": {
            "addition": by_site(lambda k: s * (0.6 * first[k]["A"] + 0.4 * second[k]["A"]) @ (0.6 * first[k]["B"] + 0.4 * second[k]["B"])),
            "negation": by_site(lambda k: -0.5 * s * second[k]["A"] @ second[k]["B"]),
            "analogy": by_site(
                lambda k: s * (0.8 * first[k]["A"] + 0.3 * second[k]["A"] + 0.3 * third[k]["A"]) @ (0.8 * first[k]["B"] + 0.3 * second[k]["B"] - 0.3 * third[k]["B"])
            ),
        },
        "ia3": {
            "addition": by_site(lambda k: 0.6 * one[k]["l"] + 0.4 * two[k]["l"]),
            "negation": by_site(lambda k: 1.5 - 0.5 * two[k]["l"]),
            "reflection": by_site(lambda k: 2 - two[k]["l"]),
            "analogy": by_site(lambda k: 1 * (1 - 0.8) + 0.8 * one[k]["l"] + 0.3 * (two[k]["l"] - three[k]["l"])),
        },
    }


def fisher_of(index, expected):
    """Mean over texts of E_y (d log p / d theta)^2 or of the label's own, by torch's autograd; {site: {A, B}}."""
    model, sites = tiny.tiny()
    scale = ALPHAS[0] / RANK
    parameters = {site: {n: torch.tensor(v, requires_grad=True) for n, v in MODULES[index][site].items()} for site in SITES}
    for site, p in parameters.items():
        sites[site].update = lambda x, y, p=p: y + scale * (x @ p["A"]) @ p["B"]
    W, b = torch.tensor(HEADS[index]["W"]), torch.tensor(HEADS[index]["b"])
    leaves = [parameters[site][n] for site in SITES for n in ("A", "B")]
    sums = [torch.zeros_like(leaf) for leaf in leaves]
    for ids, label in zip(IDS, LABELS[index]):
        for y in range(CLASSES) if expected else [label]:
            log_p = torch.log_softmax(tiny.run(model, [ids])[1] @ W + b, -1)[0]
            share = log_p[y].exp().item() if expected else 1
            for total, slope in zip(sums, torch.autograd.grad(log_p[y], leaves)):
                total += share * slope**2 / len(IDS)
    found = iter(sums)
    return {site: {n: next(found) for n in ("A", "B")} for site in SITES}


def fisher_merge(information, floor=1e-6):
    all_modules, result = tensors(MODULES), {}
    for site in SITES:
        result[site] = {}
        for n in ("A", "B"):
            F = [w * (one[site][n] + floor) for w, one in zip(WEIGHTS, information)]
            result[site][n] = sum(f * module[site][n] for f, module in zip(F, all_modules)) / sum(F)
    return result


def main():
    expected, given = ([fisher_of(index, way) for index in range(3)] for way in (True, False))
    fixture.write(
        "compositions",
        "Three LoRA modules (rank 4, alpha 8, one site in each block) on tiny_bert/ as one: by HF PEFT 0.21's add_weighted_adapter, and by formulas, in float64",
        {
            "modules / scales / heads": "[module]{site: {A [16, 4], B [4, 16]}}, (IA)3 [module]{site: {l [16]}}, [module]{W [16, 3], b [3]}",
            "weights / signed": "of the modules: those of the cases that have no negative weight, and of those that have",
            "peft": "[{name, signed, options of ours, updates {site: [16][16] = scale A B of the merged adapter}, pooled [text][16]}]",
            "dare": "the same, density 0.6 (drop 0.4), with the masks that torch drew: {site: [module]{A, B}}, 1 where an entry stays",
            "mttl": "updates {site}: linear = scale (sum w A)(sum w B); ties over all entries of a module together, density 0.2, on the factors, weights 1",
            "arithmetic": "lora {operator: {site: update}}, ia3 {operator: {site: l}}: addition 0.6 first + 0.4 second; negation of second, scale 0.5 (reflection: 1); "
            "analogy keep 0.8 start first, shift 0.3 plus second, minus third",
            "fisher": "{expected, given}: information [module]{site: {A, B}} on the three texts with their labels [module][text], merged {site: {A, B}} with `weights`, floor 1e-6",
        },
        adapter={"name": "lora", "rank": RANK, "alpha": ALPHAS[0], "targets": ["query", "value"]},
        ids=IDS, labels=LABELS, weights=WEIGHTS, signed=SIGNED, modules=MODULES, scales=SCALES, heads=HEADS,
        peft=[{"name": name, "signed": weights is SIGNED, "options": options, **by_peft(kind, weights, **more)} for name, kind, weights, more, options in PEFT],
        dare=[{"name": name, "options": options | {"weights": True}, **dare(name)} for name, options in DARE],
        mttl=mttl(),
        arithmetic=arithmetic(),
        fisher={
            "expected": {"information": expected, "merged": fisher_merge(expected)},
            "given": {"information": given, "merged": fisher_merge(given)},
        },
    )  # fmt: skip


main()
