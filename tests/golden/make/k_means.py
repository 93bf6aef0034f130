"""k-means on features: the examples nearest to the centres that scikit-learn finds, of each class and of the whole task."""
import numpy as np
from sklearn.cluster import KMeans

import fixture

CLASSES, WIDTH = 3, 5
random = np.random.default_rng(11)
labels = random.permutation(np.repeat(np.arange(CLASSES), [24, 15, 3]))
# Groups that overlap a little, so that starts end in other places, and the best of many is one.
middles = fixture.given(random, CLASSES, 3, WIDTH, scale=2)
features = np.round(fixture.given(random, len(labels), WIDTH, scale=0.5) + middles[labels, random.integers(0, 3, len(labels))], 4)


def nearest(rows, k):
    """Of each cluster of the best of 200 starts the examples that are nearest to its centre: of two alone, which are as near, both."""
    if k >= len(rows):
        return [[row] for row in rows.tolist()]
    x = features[rows]
    found = [KMeans(k, n_init=1, init=init, random_state=seed, tol=0).fit(x) for init in ("k-means++", "random") for seed in range(100)]
    best = min(found, key=lambda one: one.inertia_)
    reached = np.mean([one.inertia_ < best.inertia_ * (1 + 1e-9) for one in found])
    assert reached > 0.2, f"{reached} of the starts reach the best: too few for a test that has fifty"
    clusters = []
    for j in range(k):
        own = np.flatnonzero(best.labels_ == j)
        distances = np.linalg.norm(x[own] - best.cluster_centers_[j], axis=1)
        near = own[distances < distances.min() + 1e-6]
        assert len(near) == 1 or len(own) == 2, "a choice that rounding could turn"
        clusters.append(rows[near].tolist())
    return sorted(clusters)


own = [np.flatnonzero(labels == c) for c in range(CLASSES)]
fixture.write(
    "k_means",
    "k-means by scikit-learn, the best of many starts: the examples nearest to its centres, on random features",
    {
        "features / labels": "[example][width], [example]",
        "per_class / per_task": "[k, clusters]: how many, and of each the example nearest to its centre; both of two that are as near",
    },
    features=features,
    labels=labels,
    per_class=[[k, sum((nearest(rows, k) for rows in own), [])] for k in (2, 3)],
    per_task=[[k, nearest(np.arange(len(labels)), k)] for k in (3, 5)],
)
