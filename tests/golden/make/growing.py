"""Strategies that grow, and prompt pools, over three tasks on the tiny BERT by their formulas: what is trained after the third task. Starts from draws that l2r made: `python growing.py STARTS`."""
import json
import math
import sys

import torch
from torch.nn.functional import cross_entropy

import curve
import fixture
import tiny

RANK, ALPHA, CLASSES, EPOCHS, RATE = 4, 8, 6, 3, 5e-2
BERT, _ = tiny.tiny()
IDS = curve.examples()
TASKS = [list(range(8)), list(range(8, 16)), list(range(16, 24))]
REMEMBERED = [[0, 3, 6], [8, 9], [16]]  # of each task, where texts are replayed
LABEL = [2 * (i // 8) + i % 2 for i in range(24)]  # two classes a task, in a joint head of six
tensor = lambda value, trained=True: torch.tensor(value, dtype=torch.float64, requires_grad=trained)


def attended(block, h, prefix, low_rank):
    """One text's attention, with keys and values before its own, and what is added to queries and values."""
    own = block.attention.self
    q, k, v = (linear(h) for linear in (own.query.linear, own.key, own.value.linear))
    for A, B in low_rank["query"]:
        q = q + ALPHA / RANK * (h @ A) @ B
    for A, B in low_rank["value"]:
        v = v + ALPHA / RANK * (h @ A) @ B
    k, v = torch.cat([K for K, _ in prefix] + [k]), torch.cat([V for _, V in prefix] + [v])
    return torch.cat([torch.softmax(q[:, at : at + 8] @ k[:, at : at + 8].T / math.sqrt(8), -1) @ v[:, at : at + 8] for at in (0, 8)], -1)


NOTHING = {"query": [], "value": []}


def states(text, prompts=(), prefix=lambda block: (), low_rank=lambda block: NOTHING, attend=None):
    """Last states of the text's own tokens."""
    e = BERT.embeddings
    x = torch.cat([*prompts, e.word_embeddings.weight[torch.tensor(IDS[text])]])
    h = e.LayerNorm(x + e.position_embeddings.weight[: len(x)] + e.token_type_embeddings.weight[0])
    for number, block in enumerate(BERT.encoder.layer):
        a = attend(number, block, h) if attend else attended(block, h, list(prefix(number)), low_rank(number))
        h = block.attention.output.LayerNorm(h + block.attention.output.dense.linear(a))
        h = block.output.LayerNorm(h + block.output.dense.linear(torch.nn.functional.gelu(block.intermediate.dense(h))))
    return h[len(x) - len(IDS[text]) :]


class Strategy:
    """Each task brings arrays by name; `masked`: other tasks' classes are out of the loss, and earlier columns of the head stay."""

    masked = False

    def __init__(self, options, starts):
        self.options, self.starts = options, starts
        self.modules = []  # of each task, by name
        self.head = {"W": torch.zeros(16, CLASSES, dtype=torch.float64, requires_grad=True), "b": torch.zeros(CLASSES, dtype=torch.float64, requires_grad=True)}

    def begin(self, task):
        self.task = task
        self.modules.append({name: tensor(value) for name, value in self.starts[task].items()})

    def trained(self):
        return list(self.modules[-1].values())

    def logits(self, texts):
        return torch.stack([self.states(i).mean(0) for i in texts]) @ self.head["W"] + self.head["b"]

    def loss(self, texts):
        logits = self.logits(texts)
        if self.masked:
            own = torch.tensor([c // 2 == self.task for c in range(CLASSES)])
            logits = logits.masked_fill(~own, -math.inf)
        return cross_entropy(logits, torch.tensor([LABEL[i] for i in texts])) + self.penalty(texts)

    def penalty(self, texts):
        return 0.0


class Incremental(Strategy):
    def states(self, text):
        of = lambda block, role: [(m[f"layer.{block}.attention.{role}/A"], m[f"layer.{block}.attention.{role}/B"]) for m in self.modules]
        return states(text, low_rank=lambda block: {"query": of(block, "query"), "value": of(block, "value")})


class Orthogonal(Incremental):
    def penalty(self, texts):
        newest, earlier = self.modules[-1], self.modules[:-1]
        size = torch.abs if self.options.get("entries", "absolute") == "absolute" else torch.square
        overlap = sum(size(A_old.T @ newest[name]).sum() for m in earlier for name, A_old in m.items() if name.endswith("/A"))
        norms = sum(torch.norm(p) for p in newest.values())
        return self.options.get("lambda_1", 0.5) * overlap + self.options.get("lambda_2", 0) * norms


class Progressive(Strategy):
    def __init__(self, options, starts):
        super().__init__(options, starts)
        self.masked = options.get("task", "given") == "given"

    def states(self, text):
        newest_first = self.modules[::-1]
        if "embeddings/P" in newest_first[0]:
            return states(text, prompts=[m["embeddings/P"] for m in newest_first])
        return states(text, prefix=lambda block: [(m[f"layer.{block}.attention/K"], m[f"layer.{block}.attention/V"]) for m in newest_first])


with torch.no_grad():
    QUERY = [states(i)[0] for i in range(24)]  # the frozen [CLS]
cosine = lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=-1)


class Pool(Strategy):
    masked = True

    def __init__(self, options, starts):
        super().__init__(options, starts)
        self.p = {}

    def begin(self, task):
        super().begin(task)
        self.p.update(self.modules[-1])


class L2P(Pool):
    def trained(self):
        return list(self.p.values())

    def chosen(self, text):
        scores = cosine(QUERY[text], self.p["pool/keys"])
        return scores, torch.topk(scores, self.options["top_k"]).indices

    def states(self, text):
        prompts = self.p["pool/embeddings/P"].reshape(self.options["pool"], -1, 16)
        return states(text, prompts=[prompts[m] for m in self.chosen(text)[1]])

    def penalty(self, texts):
        return -0.1 * torch.stack([scores[best].sum() for scores, best in map(self.chosen, texts)]).mean()


class Dual(Pool):
    def trained(self):
        return [p for name, p in self.p.items() if "general" in name or name.endswith(f" {self.task}")]

    def place(self, block):
        return f"pool/layer.{block}.attention"

    def states(self, text):
        def prefix(block):
            of = "general {}" if block == 0 else f"{{}} {self.task}"
            return [[self.p[f"{self.place(block)}/{of.format(name)}"] for name in "KV"]]

        return states(text, prefix=prefix)

    def penalty(self, texts):
        where = "pool/model" if self.options.get("keys", "model") == "model" else self.place(1)
        return torch.stack([1 - cosine(QUERY[i], self.p[f"{where}/key {self.task}"][0]) for i in texts]).mean()


class Coda(Pool):
    def all(self, block, name):
        return torch.cat([self.p[f"pool/layer.{block}.attention/{name} {t}"] for t in range(self.task + 1)])

    def states(self, text):
        def prefix(block):
            weights = cosine(QUERY[text] * self.all(block, "attention"), self.all(block, "keys"))
            return [[torch.einsum("m,mld->ld", weights, self.all(block, name).reshape(len(weights), -1, 16)) for name in "KV"]]

        return states(text, prefix=prefix)

    def penalty(self, texts):
        o = lambda B: ((B @ B.T - torch.eye(len(B), dtype=B.dtype)) ** 2).mean()
        blocks = [[self.all(b, "keys"), self.all(b, "attention"), torch.cat([self.all(b, "K"), self.all(b, "V")], 1)] for b in (0, 1)]
        return self.options["lambda"] * sum(o(B) for three in blocks for B in three)


class Attending(Strategy):
    """SAPT: one softmax over the modules of all tasks for each text, from the largest of its tokens' embeddings; mean weights of earlier tasks are kept."""

    def __init__(self, options, starts):
        super().__init__(options, starts)
        self.p, self.kept = {}, []

    def begin(self, task):
        if task:
            with torch.no_grad():
                self.kept.append(torch.stack([self.weights(i) for i in REMEMBERED[task - 1]]).mean(0))
        super().begin(task)
        self.p.update({name.removeprefix("attends/"): p for name, p in self.modules[-1].items() if name.startswith("attends/")})

    def trained(self):
        module = [p for name, p in self.modules[-1].items() if not name.startswith("attends/")]
        return module + [self.p[name] for name in ("W1", "W2", "gain", "bias", f"key {self.task}")]

    def weights(self, text):
        pooled = BERT.embeddings.word_embeddings.weight[torch.tensor(IDS[text])].max(0).values
        hidden = torch.nn.functional.silu((pooled @ self.p["W1"]) @ self.p["W2"])
        q = torch.nn.functional.layer_norm(hidden, (16,), self.p["gain"], self.p["bias"], 1e-5)
        tau = self.options.get("temperature", math.sqrt(16))
        return torch.softmax(torch.cat([self.p[f"key {t}"] for t in range(self.task + 1)]) @ q / tau, 0)

    def states(self, text):
        w = self.weights(text)
        if "layer.0.attention/K" in self.modules[0]:

            def attend(number, block, h):
                own = attended(block, h, [], NOTHING)
                under = [attended(block, h, [(m[f"layer.{number}.attention/K"], m[f"layer.{number}.attention/V"])], NOTHING) for m in self.modules]
                return own + sum(w_k * (y - own) for w_k, y in zip(w, under))

            return states(text, attend=attend)
        of = lambda block, role: [(m[f"layer.{block}.attention.{role}/A"], w_k * m[f"layer.{block}.attention.{role}/B"]) for w_k, m in zip(w, self.modules)]
        return states(text, low_rank=lambda block: {"query": of(block, "query"), "value": of(block, "value")})

    def penalty(self, texts):
        def divergence(task, i):
            a = self.kept[task]
            return (a * (a.log() - self.weights(i)[: task + 1].log())).sum()

        return self.options.get("reflection", 0.5) * sum(torch.stack([divergence(t, i) for i in REMEMBERED[t]]).mean() for t in range(self.task))


KINDS = {"sapt": Attending, "inc_lora": Incremental, "o_lora": Orthogonal, "progressive_prompts": Progressive, "l2p": L2P, "dual_prompt": Dual, "coda_prompt": Coda}


def train(kind, options, starts):
    model = kind(options, starts)
    for task, texts in enumerate(TASKS):
        model.begin(task)
        before = {name: p.detach().clone() for name, p in model.head.items()}
        adamw = torch.optim.AdamW([{"params": model.trained(), "lr": 1e-2}, {"params": list(model.head.values()), "lr": RATE}], weight_decay=0.01)
        for step in range(EPOCHS):
            for group, rate in zip(adamw.param_groups, (1e-2, RATE)):
                group["lr"] = rate * (1 - step / EPOCHS)
            adamw.zero_grad()
            model.loss(texts).backward()
            adamw.step()
        if model.masked:
            with torch.no_grad():
                for name, p in model.head.items():
                    p[..., : 2 * task] = before[name][..., : 2 * task]
    return model


def checked():
    """This forward pass is that of the library."""
    hidden, _ = tiny.run(BERT, [IDS[5]])
    assert torch.allclose(states(5), hidden[-1][0], atol=1e-12)


if __name__ == "__main__":
    checked()
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    variants = []
    for one in asked:
        model = train(KINDS[one["strategy"]], one["options"], one["starts"])
        more = {"attention": model.kept, "features": [model.states(i).mean(0) for i in range(24)]} if one["strategy"] == "sapt" else {}
        variants.append({**one, "final": {"tasks": model.modules, "head": model.head, **more}})
    fixture.write(
        "growing",
        "strategies that grow over three tasks on tiny_bert/ with a joint head that starts at zero, in float64",
        {
            "ids, labels": "[example]; eight examples a task, column of the joint head",
            "settings": "AdamW anew for each task, one batch of the whole task a step, linear schedule, weight decay 0.01",
            "variants": "starts: what l2r drew for each task, by name; final: {tasks: what came of it, head: {W [16, 6], b [6]}} after the third; of sapt also the mean weights of earlier tasks, and what the head reads of each example",
            "remembered": "of each task, examples by which sapt reflects, all of them at each step",
        },
        ids=IDS,
        labels=LABEL,
        remembered=REMEMBERED,
        settings={"epochs": EPOCHS, "learning_rate": 1e-2, "head_learning_rate": RATE, "weight_decay": 0.01},
        variants=variants,
    )
