"""Correlation transfer: numpy.corrcoef of two backbones' states and scipy's linear_sum_assignment, on states that share planted features."""
import numpy as np
from scipy.optimize import linear_sum_assignment

import fixture

random = np.random.default_rng(5)
ROWS = 40


def case(source_width, target_width, noise):
    shared = fixture.given(random, ROWS, max(source_width, target_width))
    order = random.permutation(shared.shape[1])
    source = np.round(shared[:, :source_width] + 1, 4)
    target = np.round(-0.5 + 2 * shared[:, order[:target_width]] + noise * random.normal(size=(ROWS, target_width)), 4)
    C = np.corrcoef(target.T, source.T)[:target_width, target_width:]
    rows, columns = linear_sum_assignment(-C)
    assigned = np.full(target_width, -1)
    assigned[rows] = columns
    return {
        "source": np.float64(source),
        "target": np.float64(target),
        "correlations": C,
        "assigned": assigned,
        "gain": C[rows, columns].sum(),
    }


fixture.write(
    "transfers",
    "Klimaszewski et al. 2024: Pearson correlations by numpy.corrcoef, the largest sum of them by scipy.optimize.linear_sum_assignment",
    {
        "source": "[positions][source width]",
        "target": "[positions][target width]",
        "correlations": "[target width][source width]",
        "assigned": "of each feature of the target that of the source, -1 where the target is wider",
    },
    cases=[case(9, 9, 0.1), case(9, 9, 3.0), case(12, 7, 2.0), case(7, 12, 2.0)],
)
