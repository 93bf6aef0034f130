"""A training curve of LoRA on the tiny Llama: the loss of answers after prompts, by transformers and peft."""
import numpy as np
import torch
from peft import LoraConfig, get_peft_model

import decoder
import fixture

STEPS, BATCH, RANK, ALPHA = 20, 4, 2, 4
ROLES = {"query": ("attention", "q_proj", 8, 16), "value": ("attention", "v_proj", 8, 8), "output": ("mlp", "down_proj", 12, 8)}
SETTINGS = {"steps": STEPS, "learning_rate": 0.02, "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "schedule": "linear: learning rate times 1 - n/steps at step n = 0..steps-1"}
random = np.random.default_rng(31)
PROMPTS = [[1, *random.integers(3, 32, random.integers(2, 7)).tolist()] for _ in range(8)]
# an answer repeats the first letter of its prompt, then ends
ANSWERS = [[prompt[1]] * (1 + i % 3) + [2] for i, prompt in enumerate(PROMPTS)]
IDS = [prompt + answer for prompt, answer in zip(PROMPTS, ANSWERS)]
LABELS = [[-100] * len(prompt) + answer for prompt, answer in zip(PROMPTS, ANSWERS)]


def width(role):
    config = decoder.CONFIGS["llama"]
    inner = config["num_attention_heads"] * config["head_dim"]
    groups = config["num_key_value_heads"] * config["head_dim"]
    return {"query": (8, inner), "value": (8, groups), "output": (config["intermediate_size"], 8)}[role]


def named(layer, role):
    return f"layer.{layer}.{'' if role == 'output' else 'attention.'}{role}"


initial = {
    named(layer, role): {"A": fixture.given(random, width(role)[0], RANK, scale=0.3), "B": fixture.given(random, RANK, width(role)[1], scale=0.1)}
    for layer in (0, 1)
    for role in ROLES
}


def with_lora(dtype):
    targets = [module for _, module, _, _ in ROLES.values()]
    model = get_peft_model(decoder.tiny("llama", dtype), LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=targets), autocast_adapter_dtype=False)
    parameters = {}
    for number, layer in enumerate(model.base_model.model.model.layers):
        for role, (part, module, _, _) in ROLES.items():
            owner = getattr(layer.self_attn if part == "attention" else layer.mlp, module)
            values = initial[named(number, role)]
            for letter, lora in (("A", owner.lora_A), ("B", owner.lora_B)):
                weight = lora["default"].weight
                weight.data = torch.tensor(values[letter].T.copy(), dtype=dtype)
                parameters[named(number, role), letter] = weight
    return model.eval(), parameters


def padded(rows, fill):
    length = max(map(len, rows))
    return torch.tensor([row + [fill] * (length - len(row)) for row in rows])


def values(parameters, of):
    result = {}
    for (site, letter), weight in parameters.items():
        result.setdefault(site, {})[letter] = of(weight).T
    return result


def train(dtype):
    model, parameters = with_lora(dtype)
    order = np.random.default_rng(32)
    optimizer = torch.optim.AdamW(parameters.values(), lr=SETTINGS["learning_rate"], weight_decay=SETTINGS["weight_decay"])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 1 - n / STEPS)
    batches, losses, first = [], [], None
    while len(batches) < STEPS:
        batches += order.permutation(len(IDS)).reshape(-1, BATCH).tolist()
    for batch in batches:
        ids = padded([IDS[i] for i in batch], 0)
        mask = padded([[1] * len(IDS[i]) for i in batch], 0)
        loss = model(input_ids=ids, attention_mask=mask, labels=padded([LABELS[i] for i in batch], -100)).loss
        optimizer.zero_grad()
        loss.backward()
        first = first or values(parameters, lambda weight: weight.grad.clone())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    answers = [decoder.generated(model, prompt, 6, eos_token_id=2, num_beams=1) for prompt in PROMPTS]
    return dict(batches=batches, first_gradients=first, losses=losses, final=values(parameters, lambda weight: weight.data.clone()), greedy=answers)


exact, low = train(torch.float64), train(torch.float32)
assert exact["greedy"] == low["greedy"]
fixture.write(
    "causal_curve",
    "20 AdamW steps of LoRA (rank 2, alpha 4, on query, value and output, no dropout) on tiny_decoders/llama, on answers after prompts, in float64",
    {
        "ids": "[example][token], a prompt and its answer",
        "labels": "[example][token]: the token itself where it is part of the answer, else -100; the loss is the mean over all answer tokens of a batch",
        "settings": "AdamW with decoupled weight decay",
        "batches": "[step][examples of the batch]",
        "initial, first_gradients, final": "by site: A [in, rank], B [rank, out]",
        "losses": "[step]",
        "greedy": "[example], up to 6 tokens generated after the prompt with the trained module, the end token 2 included",
        "float32_deviation": "largest difference of losses and final values when torch computes the same in float32",
    },
    adapter={"name": "lora", "rank": RANK, "alpha": ALPHA, "targets": list(ROLES)},
    settings=SETTINGS,
    prompts=PROMPTS,
    ids=IDS,
    labels=LABELS,
    initial=initial,
    float32_deviation=fixture.deviation([exact["losses"], exact["final"]], [low["losses"], low["final"]]),
    **exact,
)
