"""A training curve of LoRA on the tiny gated T5: the loss of answers to texts, by transformers and peft, and what it then writes."""
import numpy as np
import torch
from peft import LoraConfig, get_peft_model

import fixture
import t5

STEPS, BATCH, RANK, ALPHA = 20, 4, 2, 4
SETTINGS = {"steps": STEPS, "learning_rate": 0.02, "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "schedule": "linear: learning rate times 1 - n/steps at step n = 0..steps-1"}
random = np.random.default_rng(61)
TEXTS = [[*random.integers(3, 40, random.integers(1, 7)).tolist(), 1] for _ in range(8)]
# an answer repeats the first piece of its text, then ends
ANSWERS = [[text[0]] * (1 + i % 3) + [1] for i, text in enumerate(TEXTS)]
ROLES = {"q": "query", "v": "value", "wo": "output"}


def site(name):
    """Ours of a module of transformers: decoder.block.0.layer.1.EncDecAttention.q."""
    stack, _, block, _, _, part, role = name.split(".")
    inside = {"SelfAttention": "attention.", "EncDecAttention": "cross_attention.", "DenseReluDense": ""}[part]
    return f"{'decoder.' if stack == 'decoder' else ''}layer.{block}.{inside}{ROLES[role]}"


def with_lora(dtype):
    model = get_peft_model(t5.tiny("gated", dtype), LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=list(ROLES)), autocast_adapter_dtype=False)
    draws = np.random.default_rng(63)
    parameters = {}
    for name, module in model.base_model.model.named_modules():
        if hasattr(module, "lora_A"):
            for letter, lora, scale in (("A", module.lora_A, 0.3), ("B", module.lora_B, 0.1)):
                weight = lora["default"].weight
                weight.data = torch.tensor(fixture.given(draws, *weight.shape, scale=scale), dtype=dtype)
                parameters[site(name), letter] = weight
    return model.eval(), parameters


def padded(rows, fill):
    length = max(map(len, rows))
    return torch.tensor([row + [fill] * (length - len(row)) for row in rows])


def values(parameters, of):
    result = {}
    for (name, letter), weight in parameters.items():
        result.setdefault(name, {})[letter] = of(weight).T
    return result


def train(dtype):
    model, parameters = with_lora(dtype)
    initial = values(parameters, lambda weight: weight.data.clone())
    order = np.random.default_rng(62)
    optimizer = torch.optim.AdamW(parameters.values(), lr=SETTINGS["learning_rate"], weight_decay=SETTINGS["weight_decay"])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 1 - n / STEPS)
    batches, losses, first = [], [], None
    while len(batches) < STEPS:
        batches += order.permutation(len(TEXTS)).reshape(-1, BATCH).tolist()
    for batch in batches:
        ids = padded([TEXTS[i] for i in batch], 0)
        mask = padded([[1] * len(TEXTS[i]) for i in batch], 0)
        loss = model(input_ids=ids, attention_mask=mask, labels=padded([ANSWERS[i] for i in batch], -100)).loss
        optimizer.zero_grad()
        loss.backward()
        first = first or values(parameters, lambda weight: weight.grad.clone())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    written = {
        "greedy": [t5.generated(model, text, 6, eos_token_id=1, num_beams=1) for text in TEXTS],
        "beams_3": [t5.generated(model, text, 6, eos_token_id=1, num_beams=3) for text in TEXTS],
    }
    return dict(batches=batches, initial=initial, first_gradients=first, losses=losses, final=values(parameters, lambda weight: weight.data.clone()), **written)


exact, low = train(torch.float64), train(torch.float32)
assert exact["greedy"] == low["greedy"] and exact["beams_3"] == low["beams_3"]
fixture.write(
    "t5_curve",
    "20 AdamW steps of LoRA (rank 2, alpha 4, on query, value and output of both stacks, no dropout) on tiny_t5/gated, on answers to texts, in float64",
    {
        "ids, answers": "[example][token], </s> included; the loss is the mean over all answer tokens of a batch",
        "settings": "AdamW with decoupled weight decay",
        "batches": "[step][examples of the batch]",
        "initial, first_gradients, final": "by site: A [in, rank], B [rank, out]",
        "losses": "[step]",
        "greedy, beams_3": "[example], up to 6 tokens written with the trained module, the end token 1 included",
        "float32_deviation": "largest difference of losses and final values when torch computes the same in float32",
    },
    adapter={"name": "lora", "rank": RANK, "alpha": ALPHA, "targets": list(ROLES.values())},
    settings=SETTINGS,
    ids=TEXTS,
    answers=ANSWERS,
    float32_deviation=fixture.deviation([exact["losses"], exact["final"]], [low["losses"], low["final"]]),
    **exact,
)
