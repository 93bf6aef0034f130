"""Figures of continual learning worked out by hand on 3 x 3 matrices; Holm's correction; exact permutation tests by enumeration."""
from fractions import Fraction as Q
from itertools import product
from math import isclose, log

import fixture

# Row i: accuracy on each task after learning tasks 0..i. `lower` has zeros above the diagonal, `full` measures future tasks too.
LOWER = [[90, 0, 0], [94, 80, 0], [75, 50, 60]]
FULL = [[90, 85, 20], [70, 80, 40], [95, 50, 60]]
UNTRAINED, ALONE = [30, 10, 25], [92, 78, 66]


def figures(R):
    T, last = len(R), len(R) - 1
    mean = lambda values, n: Q(sum(values)) / n
    column = lambda j, rows: [R[i][j] for i in rows]
    return {
        "average_accuracy": mean(R[last], T),
        "anytime_accuracy": mean([mean(R[i][: i + 1], i + 1) for i in range(T)], T),
        "learning_accuracy": mean([R[j][j] for j in range(T)], T),
        "forgetting": {
            "chaudhry": mean([max(column(j, range(j, last))) - R[last][j] for j in range(last)], T - 1),
            "before_last": mean([max(column(j, range(last))) - R[last][j] for j in range(last)], T - 1),
            "all_rows": mean([max(column(j, range(T))) - R[last][j] for j in range(last)], T - 1),
            "first": mean([R[j][j] - R[last][j] for j in range(last)], T - 1),
        },
        "backward_transfer": {
            "gem": mean([R[last][j] - R[j][j] for j in range(last)], T - 1),
            "sapt": mean([R[last][j] - R[j][j] for j in range(last)], T),
        },
        "forward_transfer": mean([R[j - 1][j] - UNTRAINED[j] for j in range(1, T)], T - 1),
        "incremental_forward_transfer": mean([R[j][j] - ALONE[j] for j in range(T)], T),
    }


BY_HAND = {
    # lower: last row 75 50 60; stages 90, (94+80)/2 = 87, 185/3; diagonal 90 80 60
    # forgetting: task 0: max(90, 94) - 75 = 19 (first minus last 15), task 1: 80 - 50 = 30; the last row is never the largest
    "lower": {
        "average_accuracy": Q(185, 3), "anytime_accuracy": Q(716, 9), "learning_accuracy": Q(230, 3),
        "forgetting": {"chaudhry": Q(49, 2), "before_last": Q(49, 2), "all_rows": Q(49, 2), "first": Q(45, 2)},
        "backward_transfer": {"gem": Q(-45, 2), "sapt": Q(-15)},
        "forward_transfer": Q(-35, 2),  # (0 - 10 + 0 - 25)/2: zeros above the diagonal are not measurements
        "incremental_forward_transfer": Q(-2),  # (90-92 + 80-78 + 60-66)/3
    },
    # full: task 0: max(90, 70) - 95 = -5, all rows 95 - 95 = 0; task 1: 80 - 50 = 30, earlier rows with the untrained one: 85 - 50 = 35
    "full": {
        "average_accuracy": Q(205, 3), "anytime_accuracy": Q(700, 9), "learning_accuracy": Q(230, 3),
        "forgetting": {"chaudhry": Q(25, 2), "before_last": Q(15), "all_rows": Q(35, 2), "first": Q(25, 2)},
        "backward_transfer": {"gem": Q(-25, 2), "sapt": Q(-25, 3)},
        "forward_transfer": Q(45),  # (85 - 10 + 40 - 25)/2
        "incremental_forward_transfer": Q(-2),
    },
}  # fmt: skip


def holm(p):
    """The k-th smallest of m times m - k, never below an earlier one, at most 1."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, largest = [0.0] * len(p), 0.0
    for k, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - k) * p[i]))
        adjusted[i] = largest
    return adjusted


HOLM = [
    ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # .005*4, .01*3, .03*2, max(.06, .04)
    ([0.5, 0.02, 0.9], [1.0, 0.06, 1.0]),
    ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
    ([0.2], [0.2]),
]


def enumerated(tasks):
    """P over all sign flips that |macro mean| reaches the observed one; differences [task][example]."""
    statistic = lambda signs: sum(Q(sum(s * d for s, d in zip(part, task)), len(task)) for part, task in zip(signs, tasks))
    cut = lambda flips: [flips[sum(map(len, tasks[:t])) : sum(map(len, tasks[: t + 1]))] for t in range(len(tasks))]
    observed = abs(statistic([[1] * len(task) for task in tasks]))
    every = list(product((1, -1), repeat=sum(map(len, tasks))))
    hits = sum(abs(statistic(cut(flips))) >= observed for flips in every)
    return {"differences": tasks, "macro_mean": Q(observed) / len(tasks), "hits": hits, "flips": len(every), "p": Q(hits, len(every))}


PERMUTATION = {
    "one_task": [[1, 1, 1, 0, 1, -1, 1, 0]],  # 6 that differ, 5 against 1: (1 + 6) * 2 / 64 = 7/32
    "two_tasks_of_unequal_size": [[1, 0, 1, 1, -1, 0], [1, 1, 0, 1]],
    "summed_over_three_seeds": [[3, 1, -1, 2, 0], [2, -1, 1, 0, 1, 0, 3]],
    "nothing_differs": [[0, 0, 0], [0]],
    "all_one_way": [[1, 1, 1], [1, 1, 1]],  # 2 / 64
}

GATES = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]


def entropy(p):
    return -sum(x * log(x) for x in p if x > 0)


def gates():
    mean = [sum(row[i] for row in GATES) / len(GATES) for i in range(3)]
    return {
        "gates": GATES,
        "right_module": [0, 1, 0, 2],
        "entropies": [entropy(row) for row in GATES],
        "normalised_entropies": [entropy(row) / log(3) for row in GATES],
        "utilisation": mean,
        "mutual_information": entropy(mean) - sum(map(entropy, GATES)) / len(GATES),
        "router_accuracy": 0.5,  # largest: 0, 1, 2, 1
        "right_mass": (0.7 + 0.8 + 0.25 + 0.0) / 4,
        "bernoulli_entropies": [sum(entropy([p, 1 - p]) for p in row) for row in GATES],
    }


def numbers(value):
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return float(value) if isinstance(value, Q) else value


for name, R in (("lower", LOWER), ("full", FULL)):
    assert figures(R) == BY_HAND[name], (name, figures(R))
for p, adjusted in HOLM:
    assert all(isclose(a, b) for a, b in zip(holm(p), adjusted)), (p, holm(p))
tests = {name: enumerated(tasks) for name, tasks in PERMUTATION.items()}
assert tests["one_task"]["p"] == Q(7, 32) and tests["nothing_differs"]["p"] == 1 and tests["all_one_way"]["p"] == Q(1, 32)
fixture.write(
    "metrics",
    "Hand-computed figures of continual learning on 3 x 3 accuracy matrices, Holm's adjusted p, exact paired permutation p, gate statistics",
    {
        "matrices": "{lower, full}: {R [stage][task] in percent (lower: 0 above the diagonal stands for not measured), figures}",
        "forgetting": "over tasks j < T-1, divided by T-1: chaudhry max over rows j..T-2 minus the last row; before_last max over rows 0..T-2 (SAPT, EPI); "
        "all_rows max over all rows (mammoth); first R[j][j] - R[T-1][j] (avalanche)",
        "backward_transfer": "gem divides by T-1, sapt by T",
        "forward_transfer": "mean over j >= 1 of R[j-1][j] - untrained[j]; incremental: mean of R[j][j] - alone[j]",
        "holm": "[{p, adjusted}] in the given order",
        "permutation": "{name: {differences [task][example], macro_mean = |mean over tasks of the mean over examples|, hits of flips, p = hits/flips, two-sided}}",
        "gates": "gates [example][module], entropies in nats, utilisation = mean gate, mutual_information = H(utilisation) - mean entropy, "
        "router_accuracy and right_mass over all examples with right_module, bernoulli_entropies = sum over modules of H_b(gate)",
    },
    untrained=UNTRAINED,
    alone=ALONE,
    matrices={name: {"R": R, "figures": numbers(BY_HAND[name])} for name, R in (("lower", LOWER), ("full", FULL))},
    holm=[{"p": p, "adjusted": adjusted} for p, adjusted in HOLM],
    permutation=numbers(tests),
    gates=gates(),
)
