"""MBC: sparsified parameters, truncated SVD, cosine similarities and k-means of scikit-learn, on planted modules."""
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics.pairwise import cosine_similarity

import fixture

random = np.random.default_rng(11)
# Three planted directions of twelve modules of unlike lengths; noise beside.
GROUPS = [0, 1, 2, 0, 0, 1, 2, 2, 1, 0, 2, 1]
A, B = (10, 3), (3, 8)
SIZE = A[0] * A[1] + B[0] * B[1]
directions = fixture.given(random, 3, SIZE)
scales = np.linspace(0.5, 2, len(GROUPS))[:, None]
V = np.round(scales * (directions[GROUPS] + 0.6 * fixture.given(random, len(GROUPS), SIZE)), 4).astype(np.float32)


def case(sparsity, components, clusters):
    vectors = V.astype(np.float64).copy()
    for row in vectors:
        row[np.abs(row) < np.quantile(np.abs(row), sparsity)] = 0
    E = TruncatedSVD(n_components=components, algorithm="arpack").fit_transform(vectors)
    E = E / np.linalg.norm(E, axis=1, keepdims=True)
    S = cosine_similarity(E)
    labels = KMeans(n_clusters=clusters, init="k-means++", n_init=10, random_state=42).fit(S).labels_
    order = list(dict.fromkeys(labels.tolist()))
    return {
        "sparsity": sparsity,
        "components": components,
        "clusters": clusters,
        "similarities": S.tolist(),
        "groups": [order.index(label) for label in labels.tolist()],
    }


fixture.write(
    "mbc",
    "MBC (Ostapenko et al. 2024) by scikit-learn: TruncatedSVD, cosine_similarity, KMeans; sparsified module by module by numpy.quantile",
    {
        "modules": "a row each: A [10, 3], then B [3, 8], row after row, float32",
        "planted": "the direction of each module",
        "cases": "similarities [module][module]; groups are numbered as modules first bring them",
    },
    shapes={"A": A, "B": B},
    modules=np.float64(V),
    planted=GROUPS,
    cases=[case(0.8, 11, 3), case(0.5, 4, 3), case(0.0, 2, 3), case(0.8, 3, 2)],
)
