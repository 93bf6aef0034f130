"""Herding: which examples of each class are kept, and in which order, by two writings that are not ours."""
import numpy as np
import torch

import fixture

CLASSES, WIDTH, KEPT = 3, 6, 8


def by_weights(phi, count):
    """On vectors of unit length, as the authors' code: w <- w + mu - phi(chosen), the next is argmax w . phi."""
    mu = phi.mean(0)
    w, chosen = mu.copy(), []
    for _ in range(count):
        scores = phi @ w
        scores[chosen] = -np.inf
        top = np.sort(scores)[::-1]
        assert top[0] - top[1] > 1e-5 or len(chosen) == len(phi) - 1, "a choice that rounding could turn"
        chosen.append(int(scores.argmax()))
        w = w + mu - phi[chosen[-1]]
    return chosen


def by_distance(phi, count):
    """On vectors of any length: of all sets that one more example makes, the one whose mean is nearest to the class mean."""
    phi = torch.from_numpy(phi)
    mu, chosen = phi.mean(0, keepdim=True), []
    for _ in range(count):
        left = [i for i in range(len(phi)) if i not in chosen]
        means = torch.stack([phi[chosen + [i]].mean(0) for i in left])
        distances = torch.cdist(means, mu, compute_mode="donot_use_mm_for_euclid_dist")[:, 0]
        near = torch.sort(distances).values
        assert len(left) == 1 or near[1] - near[0] > 1e-5, "a choice that rounding could turn"
        chosen.append(left[int(distances.argmin())])
    return chosen


random = np.random.default_rng(5)
labels = random.permutation(np.repeat(np.arange(CLASSES), [20, 14, 5]))
features = fixture.given(random, len(labels), WIDTH) + fixture.given(random, CLASSES, WIDTH, scale=2)[labels]
features = np.round(features, 4)
unit = features / np.linalg.norm(features, axis=1, keepdims=True)
own = [np.flatnonzero(labels == c) for c in range(CLASSES)]


def kept(how, x):
    return [of[how(x[of], min(KEPT, len(of)))] for of in own]


assert all((a == b).all() for a, b in zip(kept(by_weights, unit), kept(by_distance, unit)))
fixture.write(
    "herding",
    "Herding (iCaRL): the examples of each class in the order in which they are chosen, on random features",
    {
        "features / labels": "[example][width], [example]",
        "kept": f"[class][choice], up to {KEPT} of each: indices of examples; `unit` on features of unit length (numpy, as the authors' code, and PyTorch by the mean of every set), `own` on the features as they are (PyTorch)",
    },
    features=features,
    labels=labels,
    kept={"unit": kept(by_weights, unit), "own": kept(by_distance, features)},
)
