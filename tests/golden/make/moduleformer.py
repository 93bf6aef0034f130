"""A ModuleFormer written token by token from the paper's formulas (Shen et al. 2023), with a tiny random checkpoint under its authors' names."""
import json
import math
import os
import shutil

import numpy as np
import torch
from safetensors.torch import save_file

import fixture

FOLDER = os.path.join(fixture.FOLDER, "tiny_moduleformer")
CONFIG = dict(
    architectures=["ModuleFormerForCausalLM"], model_type="moduleformer", activation_function="gelu_new", att_hidden=12, block_size=40, eos_token_id=2, ffd_hidden=6,
    gate_type="mlp", gating_size=5, k_att=2, k_mlp=2, layer_norm_epsilon=1e-5, n_att_experts=[3, 2], n_embd=8, n_head=2, n_layer=2, n_mlp_experts=[4, 3],
    tie_word_embeddings=False, vocab_size=32,
)  # fmt: skip
IDS = [[1, 7, 4, 9, 22, 5, 13, 2], [1, 30, 6, 4, 2], [1, 11, 2]]
LAMBDAS = dict(mutual_information=0.3, concentration=0.2, switch=0.1)


def shapes():
    c, out = CONFIG, {"transformer.wte.weight": (32, 8), "lm_head.weight": (32, 8), "transformer.ln_f.weight": (8,), "transformer.ln_f.bias": (8,)}
    for l in range(c["n_layer"]):
        h = f"transformer.h.{l}."
        for norm in ("ln_1", "ln_2"):
            out |= {f"{h}{norm}.weight": (8,), f"{h}{norm}.bias": (8,)}
        for kind in ("k_proj", "v_proj"):
            out |= {f"{h}attn.{kind}.weight": (12, 8), f"{h}attn.{kind}.bias": (12,)}
        for part, count, inner in (("attn.q_proj", c["n_att_experts"][l], 12), ("mlpf", c["n_mlp_experts"][l], 6)):
            out |= {
                f"{h}{part}.experts.weight": (count, 8, inner), f"{h}{part}.output_experts.weight": (count, inner, 8),
                f"{h}{part}.gate.w_gate.0.weight": (5, 8), f"{h}{part}.gate.w_gate.0.bias": (5,), f"{h}{part}.gate.w_gate.3.weight": (count, 5),
            }  # fmt: skip
    return out


def make_checkpoint():
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "config.json"), "w") as file:
        file.write(json.dumps(CONFIG, indent=1) + "\n")
    shutil.copy(os.path.join(fixture.FOLDER, "tiny_decoders", "llama", "tokenizer.json"), FOLDER)
    random = np.random.default_rng(30)
    weights = {}
    for name, shape in sorted(shapes().items()):
        around = 1 if name.endswith(("ln_1.weight", "ln_2.weight", "ln_f.weight")) else 0
        scale = 0.2 if around or name.endswith("bias") else 1.0 if "wte" in name or "gate" in name else 0.5
        weights[name] = torch.tensor(around + random.normal(size=shape) * scale, dtype=torch.float16)
    # as the authors' files have them: buffers that can be computed
    weights["transformer.h.0.attn.mask"] = torch.ones(4, 4, dtype=torch.int8)
    weights["transformer.h.0.attn.cum_weight"] = torch.ones(4, 4, dtype=torch.float16)
    save_file(weights, os.path.join(FOLDER, "model.safetensors"), metadata={"format": "pt"})
    return weights


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def layer_norm(x, w, name):
    mean = x.mean(-1, keepdim=True)
    return (x - mean) / ((x - mean) ** 2).mean(-1, keepdim=True).add(1e-5).sqrt() * w[name + ".weight"] + w[name + ".bias"]


def scores_of(x, w, name):
    return gelu(x @ w[name + ".gate.w_gate.0.weight"].T + w[name + ".gate.w_gate.0.bias"]) @ w[name + ".gate.w_gate.3.weight"].T


def attention(n, w, name, seen):
    """Each token by itself: its k experts ask, every head breaks its stick from the token back."""
    scores = scores_of(n, w, name + ".q_proj")
    seen[name] = scores
    keys, values = (n @ w[f"{name}.{kind}.weight"].T + w[f"{name}.{kind}.bias"] for kind in ("k_proj", "v_proj"))
    heads, size = CONFIG["n_head"], CONFIG["att_hidden"] // CONFIG["n_head"]
    rows = []
    for i in range(len(n)):
        p = scores[i].softmax(0)
        row = torch.zeros(8, dtype=n.dtype)
        for e in p.topk(CONFIG["k_att"]).indices.tolist():
            query = n[i] @ w[name + ".q_proj.experts.weight"][e]
            heard = []
            for head in range(heads):
                part = slice(head * size, (head + 1) * size)
                left, mixed = torch.ones((), dtype=n.dtype), torch.zeros(size, dtype=n.dtype)
                for j in range(i, -1, -1):
                    share = torch.sigmoid(query[part] @ keys[j, part] / math.sqrt(size))
                    mixed = mixed + left * share * values[j, part]
                    left = left * (1 - share)
                heard.append(mixed)
            row = row + p[e] * (torch.cat(heard) @ w[name + ".q_proj.output_experts.weight"][e])
        rows.append(row)
    return torch.stack(rows)


def mlp(m, w, name, seen):
    scores = scores_of(m, w, name)
    seen[name] = scores
    rows = []
    for i in range(len(m)):
        p = scores[i].softmax(0)
        chosen = p.topk(CONFIG["k_mlp"]).indices.tolist()
        rows.append(sum(p[e] * (gelu_new(m[i] @ w[name + ".experts.weight"][e]) @ w[name + ".output_experts.weight"][e]) for e in chosen))
    return torch.stack(rows)


def run(w, ids):
    """States at the input of each block and the last one, and the scores of each gate, for one text."""
    h, states, seen = w["transformer.wte.weight"][ids], [], {}
    for l in range(CONFIG["n_layer"]):
        states.append(h)
        at = f"transformer.h.{l}"
        h = h + attention(layer_norm(h, w, at + ".ln_1"), w, at + ".attn", seen)
        h = h + mlp(layer_norm(h, w, at + ".ln_2"), w, at + ".mlpf", seen)
    states.append(layer_norm(h, w, "transformer.ln_f"))
    return states, seen


def gate_losses(scores, k):
    p = scores.softmax(-1)
    entropy = lambda q: -(q * q.log()).sum(-1)
    mean = p.mean(0)
    chosen = torch.zeros_like(p).scatter(1, p.topk(k).indices, 1.0).mean(0) / k
    return dict(
        mutual_information=-(entropy(mean) - entropy(p).mean()),
        concentration=entropy(mean),
        switch=p.shape[1] * (mean * chosen).sum() + 0.1 * (scores.exp().sum(-1).log() ** 2).mean(),
    )


def everything(weights, dtype):
    w = {name: value.to(dtype).requires_grad_() for name, value in weights.items() if not name.endswith(("mask", "cum_weight"))}
    runs = [run(w, ids) for ids in IDS]
    nll = [-(states[-1][:-1] @ w["lm_head.weight"].T).log_softmax(-1)[range(len(ids) - 1), ids[1:]] for (states, _), ids in zip(runs, IDS, strict=True)]
    likelihood = torch.cat(nll).mean()
    gates = {name: torch.cat([seen[name] for _, seen in runs]) for name in runs[0][1]}
    own = {name: gate_losses(scores, 2) for name, scores in gates.items()}
    loss = likelihood + sum(factor * own[name][kind] for name in own for kind, factor in LAMBDAS.items())
    loss.backward()
    return {
        "hidden": [states for states, _ in runs],
        "logits": [states[-1][-1] @ w["lm_head.weight"].T for states, _ in runs],
        "scores": gates,
        "likelihood": likelihood,
        "losses": {kind: sum(own[name][kind] for name in own) for kind in LAMBDAS},
        "loss": loss,
        "gradients": {name: value.grad for name, value in w.items()},
    }


weights = make_checkpoint()
exact, low = fixture.plain(everything(weights, torch.float64)), fixture.plain(everything(weights, torch.float32))
fixture.write(
    "moduleformer",
    "States, gates, losses and gradients of tiny_moduleformer/ (random, 2 layers x 8, other numbers of experts in each) in float64, computed token by token",
    {
        "tiny_moduleformer": "config.json, model.safetensors (float16, the authors' names), tokenizer.json of tiny_decoders/llama",
        "float32_deviation": "largest difference when torch computes the same in float32",
        "hidden": "[text][0.. = at the input of each block, last = after the final norm][token][8]",
        "logits": "[text][32], of the token after the text",
        "scores": "by gate, before the softmax: [token of all texts][expert]",
        "likelihood": "mean over all tokens but the first ones of -log p",
        "losses": "of the gates, summed over gates, each by itself",
        "loss": "likelihood + sum of lambda times losses",
        "gradients": "of the loss, as the tensors lie in the file",
    },
    float32_deviation=fixture.deviation(exact, low),
    lambdas=LAMBDAS,
    ids=IDS,
    **exact,
)
