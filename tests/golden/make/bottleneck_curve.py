"""Training curves of bottleneck adapters on the tiny BERT: Pfeiffer's place with ReLU, Houlsby's places with exact GELU."""
import numpy as np
import torch

import curve
import fixture

REDUCTION, NARROW = 4, 4
PLACES = {"pfeiffer": ["output"], "houlsby": ["attention.output", "output"]}
ACTIVATIONS = {"relu": torch.relu, "gelu": torch.nn.functional.gelu}


def initial(random, place):
    return {
        "adapter": {
            f"layer.{l}.{name}": {
                "D": fixture.given(random, 16, NARROW, scale=0.3),
                "b": fixture.given(random, NARROW, scale=0.2),
                "U": fixture.given(random, NARROW, 16, scale=0.2),
                "c": fixture.given(random, 16, scale=0.1),
            }
            for l in (0, 1)
            for name in PLACES[place]
        },
        "head": {"W": fixture.given(random, 16, 3, scale=0.2), "b": fixture.given(random, 3, scale=0.1)},
    }


def update(activation):
    phi = ACTIVATIONS[activation]
    return lambda x, y, p: y + phi(y @ p["D"] + p["b"]) @ p["U"] + p["c"]


variants = {}
for seed, (place, activation) in enumerate([("pfeiffer", "relu"), ("houlsby", "gelu")], start=21):
    adapter = {"name": "bottleneck", "reduction": REDUCTION, "activation": activation, "place": place}
    variants[place] = {"adapter": adapter, **curve.curve(initial(np.random.default_rng(seed), place), update(activation), seed)}
fixture.write(
    "bottleneck_curve",
    "50 AdamW steps of bottleneck adapters (reduction 4) and a linear head on tiny_bert/, in float64: pfeiffer with relu, houlsby with exact gelu",
    {
        "adapter": "y + phi(y D + b) U + c on what leaves the dense layer, before residual and LayerNorm; D [16, 4], b [4], U [4, 16], c [16]",
        "sites": "pfeiffer: layer.L.output; houlsby: layer.L.attention.output too",
        "variants": "{pfeiffer, houlsby}: {adapter, float32_deviation, batches, initial, losses, first_gradients, final, final_logits}",
        **curve.LAYOUT,
    },
    settings=curve.SETTINGS,
    texts=curve.TEXTS,
    ids=curve.examples(),
    labels=curve.LABELS,
    variants=variants,
)
