"""LFPT5 over three tasks by its formula, a soft prompt on the tiny encoder-decoder and on the tiny decoder, with given samples in the place of those that the model writes; and the distributions that samples are drawn from."""
import numpy as np
import torch
from torch.nn.functional import cross_entropy, log_softmax, softmax

import decoder
import fixture
import t5

COUNT, EPOCHS, RATE, DECAY = 3, 3, 1e-2, 0.01
NETWORKS = {"t5": lambda: t5.tiny("gated"), "llama": lambda: decoder.tiny("llama")}
OPTIONS = [dict(language_model=0.25, distillation=0.3), dict(language_model=1.0, distillation=0.01)]
random = np.random.default_rng(90)


def ids(least, most):
    return random.integers(3, 30, random.integers(least, most)).tolist()


def pair(trigger):
    """A text with its answer, and how it is written as a sample."""
    text, answer = ids(2, 6), ids(1, 4)
    return dict(text=text, answer=answer, sample=text + [31] + answer, trigger=trigger)


TRIGGERS = [ids(2, 4) for _ in range(3)]
TASKS = [[pair(trigger) for _ in range(4)] for trigger in TRIGGERS]
WRITTEN = [[[pair(TRIGGERS[t]) for _ in range(2)] for t in range(stage)] for stage in range(3)]


def scores(network, P, text, answer):
    """Of each token of the answer, given the prompt, the text and the tokens before it."""
    E = network.get_input_embeddings()
    if network.config.is_encoder_decoder:
        return network(inputs_embeds=torch.cat([P, E(torch.tensor(text))])[None], labels=torch.tensor([answer])).logits[0]
    whole = torch.cat([P, E(torch.tensor(text + answer))])[None]
    return network(inputs_embeds=whole).logits[0, len(P) + len(text) - 1 : -1]


def losses(network, P, pairs):
    return torch.cat([cross_entropy(scores(network, P, x, y), torch.tensor(y), reduction="none") for x, y in pairs])


def trained(network, initial, language_model, distillation):
    P = torch.tensor(initial, dtype=torch.float64, requires_grad=True)
    answers = lambda rows: [(row["text"], row["answer"]) for row in rows]
    samples = lambda rows: [(row["trigger"], row["sample"]) for row in rows]
    for stage, new in enumerate(TASKS):
        replayed = [row for rows in WRITTEN[stage] for row in rows]
        before = P.detach().clone()
        adamw = torch.optim.AdamW([P], lr=RATE, weight_decay=DECAY)
        for step in range(EPOCHS):
            adamw.param_groups[0]["lr"] = RATE * (1 - step / EPOCHS)
            loss = losses(network, P, answers(new + replayed)).mean() + language_model * losses(network, P, samples(new + replayed)).mean()
            loss = (1 - distillation) * loss
            if replayed:
                gaps = []
                for x, y in answers(replayed):
                    old, now = scores(network, before, x, y), scores(network, P, x, y)
                    gaps.append((softmax(old, -1) * (log_softmax(old, -1) - log_softmax(now, -1))).sum(-1))
                loss = loss + distillation * torch.cat(gaps).mean()
            adamw.zero_grad()
            loss.backward()
            adamw.step()
    return P


def distributions():
    scores = torch.tensor(fixture.given(random, 12, scale=2))
    made = []
    for k, temperature in ((12, 1.0), (4, 1.0), (4, 0.5), (1, 2.0)):
        values, places = torch.topk(scores, k)
        made.append(dict(top_k=k, temperature=temperature, tokens=places, probabilities=softmax(values / temperature, -1)))
    return dict(likelihoods=log_softmax(scores, -1), made=made)


def main():
    initial = {name: fixture.given(random, COUNT, load().get_input_embeddings().weight.shape[1], scale=0.5) for name, load in NETWORKS.items()}
    fixture.write(
        "lfpt5",
        "LFPT5 by its formula in float64: a prompt of 3 tokens on tiny_t5/gated and on tiny_decoders/llama after three tasks; distributions of samples by torch.topk",
        {
            "tasks / written": "[task][text] and [stage][earlier task][sample]: {text, answer, sample: text 31 answer, trigger}, all tokens that are read and written",
            "settings": "AdamW anew for each task, all its texts and all samples in each of 3 steps, the learning rate 1e-2 (1 - n/3), weight decay 0.01",
            "networks": "by name: initial P, final [variant] P",
            "distributions": "log p of 12 tokens; {top_k, temperature, tokens: likeliest first, probabilities}",
        },
        tasks=TASKS,
        written=WRITTEN,
        settings=dict(epochs=EPOCHS, learning_rate=RATE, head_learning_rate=RATE, weight_decay=DECAY),
        options=OPTIONS,
        networks={name: dict(initial=initial[name], final=[trained(load(), initial[name], **options) for options in OPTIONS]) for name, load in NETWORKS.items()},
        distributions=distributions(),
    )


main()
