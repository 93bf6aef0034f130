"""
Arrow whole: general knowledge subtracted (against peft's GenKnowSub), tied prototypes and norms of the input as in mttl, by the formulas.
peft finds a prototype by 15 power iterations, which end where they are when the first two singular values are close, as in these random
modules (the least |p . u_1| is printed): it is given the exact ones.
"""
import tempfile

import numpy as np
import torch
from peft import create_arrow_model
from peft.tuners.lora.config import ArrowConfig
from torch.nn.functional import layer_norm

import fixture
import library
from library import MODULES, SITES, Library, MIXES, softmax_of_largest
from peft_library import Wrapped, peft_folders, pooled_logits

WIDTH = 16
# options of the plugin; top_k 2 where nothing else is said
CASES = [{}, {"mix": "factors"}, {"general": ["task 2"]}, {"general": "mean"}, {"general": "mean", "mix": "factors"}, {"tied": True}, {"input": "unit"}, {"input": "layer_norm", "temperature": "sqrt_width", "top_k": 1}]


def subtracted(stacked, general):
    """A_i - mean_g A_g and B_i - mean_g B_g; the general modules stay as they are, and are left out, where some are named."""
    if not general:
        return stacked
    chosen = range(MODULES) if general == "mean" else [int(name.split()[1]) for name in general]
    result = {}
    for site, own in stacked.items():
        stays = [] if general == "mean" else chosen
        result[site] = {
            name: torch.stack([value[m] if m in stays else value[m] - value[list(chosen)].mean(0) for m in range(MODULES)])
            for name, value in own.items()
        }
    return result


def prototypes(stacked, tied):
    """[site][module][16]: first left singular vector of A B, or of the updates of query and value of the block side by side."""
    result, gap = {}, 1.0
    for site in SITES:
        sites = [other for other in SITES if other.split(".")[1] == site.split(".")[1]] if tied else [site]
        directions = []
        for m in range(MODULES):
            update = np.concatenate([(stacked[s]["A"][m] @ stacked[s]["B"][m]).double().numpy() for s in sites], 1)
            U, S, _ = np.linalg.svd(update)
            gap = min(gap, (S[0] - S[1]) / S[0])
            directions.append(U[:, 0] * np.sign(U[np.abs(U[:, 0]).argmax(), 0]))
        result[site] = torch.tensor(np.stack(directions))
    assert gap > 0.01, "a first direction that is hardly the first"
    return result


def arrow(options, dtype):
    network = Library(dtype)
    general = options.get("general")
    network.stacked = subtracted(network.stacked, general)
    P = {site: value.to(dtype) for site, value in prototypes(network.stacked, options.get("tied", False)).items()}
    norm = {"plain": lambda x: x, "unit": lambda x: x / x.norm(dim=-1, keepdim=True), "layer_norm": lambda x: layer_norm(x, (WIDTH,))}[options.get("input", "plain")]
    tau = WIDTH**0.5 if options.get("temperature") == "sqrt_width" else 1
    open_ = [m for m in range(MODULES) if not isinstance(general, list) or f"task {m}" not in general]
    gates = {}

    def gates_of(site, x, y, block):
        s = (norm(x) @ P[site].T).abs()[..., open_]
        w = softmax_of_largest(s, options.get("top_k", 2), tau, network.mask)
        full = torch.zeros(*w.shape[:-1], MODULES, dtype=dtype)
        full[..., open_] = w
        gates[site] = network.unpadded(full)
        return full

    logits = network.logits(gates_of, MIXES[options.get("mix", "outer")])
    return {"router": "arrow", "options": {"top_k": 2, **options}, "prototypes": P, "gates": gates, "logits": logits}


def check_against_peft(results):
    with tempfile.TemporaryDirectory() as place:
        folders = peft_folders(place)
        for one in results:
            options = one["options"]
            if set(options) - {"top_k", "general"}:
                continue
            general = options.get("general", [])
            named = range(MODULES) if general == "mean" else [int(name.split()[1]) for name in general]
            routed = [m for m in range(MODULES) if general == "mean" or m not in named]
            config = ArrowConfig(top_k=options["top_k"], router_temperature=1.0, use_gks=len(named) > 0)
            model = create_arrow_model(Wrapped(), [folders[m] for m in routed], config, general_adapter_paths=[folders[m] for m in named]).double().eval()
            pooled_logits(model)  # subtracts, and finds prototypes
            near = []
            for site in SITES:
                attention = model.base_model.model.model.encoder.layer[int(site.split(".")[1])].attention.self
                layer = getattr(attention, site.split(".")[-1]).lora_arrow["arrow_router"]
                exact = one["prototypes"][site][routed].to(layer.prototypes.dtype)
                near.append((layer.prototypes * exact).sum(-1).abs().min().item())
                layer.prototypes = exact
            far = fixture.deviation(pooled_logits(model), one["logits"])
            print(f"general {general}: peft's least |p . u_1| {min(near):.3f}; with the exact prototypes its logits are {far:.1g} away")
            assert far < 1e-6


def main():
    high, low = ([arrow(options, dtype) for options in CASES] for dtype in (torch.float64, torch.float32))
    check_against_peft(high)
    fixture.write(
        "arrow",
        "Arrow over the LoRA modules of routed_lora.json, with every option: prototypes, gates and logits in float64",
        {
            **library.LAYOUT,
            "cases": "[{router, options, prototypes {site: [module][16]} with free signs, gates {site: [example][token][module]}, logits [example][6]}]",
        },
        float32_deviation={key: max(fixture.deviation(library.plainly(a[key]), library.plainly(b[key])) for a, b in zip(high, low)) for key in ("gates", "logits")},
        cases=high,
    )


main()
