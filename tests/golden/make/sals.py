"""SAPT's joint training over three tasks that are answered in words, LoRA on the tiny encoder-decoder and on the tiny decoder, with given samples to reflect on; and what the last model writes. Starts from draws that l2r made: `python sals.py STARTS`."""
import json
import math
import sys

import numpy as np
import torch
from torch.nn.functional import cross_entropy, layer_norm, silu

import decoder
import fixture
import t5

RANK, ALPHA, EPOCHS, RATE, DECAY, REFLECTION = 2, 4, 3, 1e-2, 0.01, 0.7
NETWORKS = {"t5": lambda: t5.tiny("gated"), "llama": lambda: decoder.tiny("llama")}
ROLES = {"q": "query", "v": "value", "q_proj": "query", "v_proj": "value"}
random = np.random.default_rng(95)


def ids(least, most):
    return random.integers(3, 30, random.integers(least, most)).tolist()


def pair():
    return dict(text=ids(2, 6), answer=ids(1, 4))


TASKS = [[pair() for _ in range(4)] for _ in range(3)]
SAMPLES = [[pair() for _ in range(count)] for count in (3, 2)]  # of each earlier task
TESTED = [ids(2, 7) for _ in range(5)]


def site(name):
    """Ours of a module of transformers: decoder.block.0.layer.1.EncDecAttention.q, or model.layers.0.self_attn.q_proj."""
    parts = name.split(".")
    if parts[0] == "model":
        return f"layer.{parts[2]}.attention.{ROLES[parts[-1]]}"
    inside = {"SelfAttention": "attention", "EncDecAttention": "cross_attention"}[parts[5]]
    return f"{'decoder.' if parts[0] == 'decoder' else ''}layer.{parts[2]}.{inside}.{ROLES[parts[-1]]}"


class Model:
    def __init__(self, network, starts):
        self.network, self.starts = network, starts
        self.modules, self.p, self.kept, self.task, self.w = [], {}, [], -1, None
        for name, module in network.named_modules():
            if name.split(".")[-1] in ROLES:
                module.register_forward_hook(self.changed(site(name)))

    def changed(self, at):
        def hook(_module, inputs, y):
            for w, m in zip(self.w, self.modules):
                y = y + w * ALPHA / RANK * (inputs[0] @ m[f"{at}/A"]) @ m[f"{at}/B"]
            return y

        return hook

    def begin(self, task):
        if task:
            with torch.no_grad():
                self.kept.append(torch.stack([self.weights(row["text"]) for row in SAMPLES[task - 1]]).mean(0))
        self.task = task
        arrays = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in self.starts[task].items()}
        self.modules.append(arrays)
        self.p.update({name.removeprefix("attends/"): p for name, p in arrays.items() if name.startswith("attends/")})

    def trained(self):
        return [p for name, p in self.modules[-1].items() if not name.startswith("attends/")] + [self.p[name] for name in ("W1", "W2", "gain", "bias", f"key {self.task}")]

    def weights(self, text):
        pooled = self.network.get_input_embeddings().weight[torch.tensor(text)].max(0).values
        width = len(pooled)
        q = layer_norm(silu((pooled @ self.p["W1"]) @ self.p["W2"]), (width,), self.p["gain"], self.p["bias"], 1e-5)
        return torch.softmax(torch.cat([self.p[f"key {t}"] for t in range(self.task + 1)]) @ q / math.sqrt(width), 0)

    def scores(self, text, answer):
        """Of each token of the answer, given the text and the tokens before it."""
        self.w = self.weights(text)
        if self.network.config.is_encoder_decoder:
            return self.network(input_ids=torch.tensor([text]), labels=torch.tensor([answer])).logits[0]
        return self.network(input_ids=torch.tensor([text + answer])).logits[0, len(text) - 1 : -1]

    def loss(self, rows):
        losses = torch.cat([cross_entropy(self.scores(r["text"], r["answer"]), torch.tensor(r["answer"]), reduction="none") for r in rows])

        def divergence(t, row):
            a = self.kept[t]
            return (a * (a.log() - self.weights(row["text"])[: t + 1].log())).sum()

        return losses.mean() + REFLECTION * sum(torch.stack([divergence(t, row) for row in SAMPLES[t]]).mean() for t in range(self.task))

    def greedy(self, text, new_tokens):
        answer = []
        for _ in range(new_tokens):
            answer.append(int(self.scores(text, answer + [3])[-1].argmax()))  # any token: the last one's score is asked
        return answer


def trained(network, starts):
    model = Model(network, starts)
    for task, rows in enumerate(TASKS):
        model.begin(task)
        adamw = torch.optim.AdamW(model.trained(), lr=RATE, weight_decay=DECAY)
        for step in range(EPOCHS):
            adamw.param_groups[0]["lr"] = RATE * (1 - step / EPOCHS)
            adamw.zero_grad()
            model.loss(rows).backward()
            adamw.step()
    with torch.no_grad():
        return dict(
            starts=starts,
            final=model.modules,
            attention=model.kept,
            weights=[model.weights(text) for text in TESTED],
            answers=[model.greedy(text, 5) for text in TESTED],
        )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    fixture.write(
        "sals",
        "the strategy sapt over three tasks that are answered in words, LoRA (rank 2, alpha 4, on query and value) on tiny_t5/gated and on tiny_decoders/llama, in float64",
        {
            "tasks / samples / tested": "[task][text], [earlier task][sample] and [text]: {text, answer}, all tokens that are read and written",
            "settings": "AdamW anew for each task, all its texts and all samples in each of 3 steps, the learning rate 1e-2 (1 - n/3), weight decay 0.01",
            "networks": "by name: starts: what l2r drew for each task, by name; final: what came of it; attention: mean weights of earlier tasks; of the last model: weights of the tested texts, and 5 tokens that it writes to each",
        },
        tasks=TASKS,
        samples=SAMPLES,
        tested=TESTED,
        settings=dict(epochs=EPOCHS, learning_rate=RATE, head_learning_rate=RATE, weight_decay=DECAY),
        reflection=REFLECTION,
        networks={name: trained(load(), asked.get(name, [])) for name, load in NETWORKS.items()} if asked else {name: {} for name in NETWORKS},
    )
