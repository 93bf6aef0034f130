"""A training curve of LoRA on query and value of the tiny BERT."""
import numpy as np
import torch
from peft import LoraConfig, get_peft_model

import curve
import fixture
import tiny

RANK, ALPHA = 4, 8
random = np.random.default_rng(11)
SITES = [f"layer.{l}.attention.{role}" for l in (0, 1) for role in ("query", "value")]
initial = {
    "adapter": {site: {"A": fixture.given(random, 16, RANK, scale=0.25), "B": fixture.given(random, RANK, 16, scale=0.1)} for site in SITES},
    "head": {"W": fixture.given(random, 16, 3, scale=0.2), "b": fixture.given(random, 3, scale=0.1)},
}


def update(x, y, p):
    return y + ALPHA / RANK * (x @ p["A"]) @ p["B"]


def loss_by_peft(ids, rows):
    """The first loss as the peft library computes it."""
    model = get_peft_model(tiny.frozen(tiny.CHECKPOINT), LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=["query", "value"]), autocast_adapter_dtype=False)
    for l, layer in enumerate(model.base_model.model.encoder.layer):
        for role in ("query", "value"):
            lora, values = getattr(layer.attention.self, role), initial["adapter"][f"layer.{l}.attention.{role}"]
            lora.lora_A["default"].weight.data = torch.tensor(values["A"].T.copy())
            lora.lora_B["default"].weight.data = torch.tensor(values["B"].T.copy())
    x, mask = tiny.padded([ids[i] for i in rows])
    pooled = tiny.pooled(model.eval()(input_ids=x, attention_mask=mask).last_hidden_state, mask)
    logits = pooled @ torch.tensor(initial["head"]["W"]) + torch.tensor(initial["head"]["b"])
    return torch.nn.functional.cross_entropy(logits, torch.tensor([curve.LABELS[i] for i in rows])).item()


result = curve.curve(initial, update, seed=12)
assert abs(loss_by_peft(curve.examples(), result["batches"][0]) - result["losses"][0]) < 1e-10
fixture.write(
    "lora_curve",
    "50 AdamW steps of LoRA (rank 4, alpha 8, query and value, no dropout) and a linear head on tiny_bert/, in float64",
    {"adapter": "y + (alpha / rank) (x A) B; A [16, 4], B [4, 16] (not zero at the start, so that A has gradients)", **curve.LAYOUT},
    adapter={"name": "lora", "rank": RANK, "alpha": ALPHA, "targets": ["query", "value"]},
    settings=curve.SETTINGS,
    texts=curve.TEXTS,
    ids=curve.examples(),
    labels=curve.LABELS,
    **result,
)
