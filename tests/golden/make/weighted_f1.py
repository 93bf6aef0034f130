"""Weighted F1 by scikit-learn under the three set-ups, from logits over all classes; and its paired bootstrap by resampling examples."""
import numpy as np
from sklearn.metrics import f1_score

import fixture

TASKS, SIZES = 3, [40, 25, 12]
LABELS = ["negative", "neutral", "positive"]
random = np.random.default_rng(11)
task = np.repeat(np.arange(TASKS), SIZES)
label = np.concatenate([random.choice(3, size=n, p=p) for n, p in zip(SIZES, [[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.7, 0.3, 0.0]])])
truth = 3 * task + label
order = random.permutation(len(task))
task, label, truth = task[order], label[order], truth[order]


def logits(skill):
    """Larger at the right class, and at the same label of other tasks."""
    x = fixture.given(random, len(task), 3 * TASKS)
    x[np.arange(len(task)), truth] += skill
    for t in range(TASKS):
        x[np.arange(len(task)), 3 * t + label] += skill / 2
    return np.round(x, 4)


def predictions(x):
    own = np.arange(3 * TASKS)[None, :] // 3 == task[:, None]
    return {
        "class_incremental": x.argmax(1),
        "task_incremental": np.where(own, x, -np.inf).argmax(1),
        "domain_incremental": x.argmax(1) % 3,  # a prediction counts by its label
    }


def by_task(predicted, setup, of=None):
    said, right = predicted[setup], label if setup == "domain_incremental" else truth
    tasks = [np.flatnonzero(task == t) for t in range(TASKS)] if of is None else of
    return [100 * f1_score(right[own], said[own], average="weighted", zero_division=0) for own in tasks]


def bootstrap(a, b, setup, draws=2000):
    """95 % interval of the difference of the macro means, examples of each task drawn anew for both rows alike."""
    found = []
    for _ in range(draws):
        of = [random.choice(np.flatnonzero(task == t), size=n) for t, n in enumerate(SIZES)]
        found.append(np.mean(by_task(a, setup, of)) - np.mean(by_task(b, setup, of)))
    return np.percentile(found, [2.5, 97.5])


def exchanged(a, b, setup, draws=2000):
    """p of the difference where the predictions of each example change places or not."""
    observed = abs(np.mean(by_task(a, setup)) - np.mean(by_task(b, setup)))
    hits = 0
    for _ in range(draws):
        swap = random.random(len(task)) < 0.5
        left, right = {setup: np.where(swap, b[setup], a[setup])}, {setup: np.where(swap, a[setup], b[setup])}
        hits += abs(np.mean(by_task(left, setup)) - np.mean(by_task(right, setup))) >= observed - 1e-9
    return (1 + hits) / (1 + draws)


rows = [logits(1.5), logits(1.1)]
said = [predictions(x) for x in rows]
setups = ["class_incremental", "task_incremental", "domain_incremental"]
fixture.write(
    "weighted_f1",
    "Weighted F1 by scikit-learn, for each task, from the logits of two rows over 3 tasks of 3 labels, which tasks share",
    {
        "task / label / logits": "[example], [example], [row][example][class], class = 3 task + label",
        "f1": "[row]{setup: [task]}, percent: f1_score(average='weighted') of the examples of a task",
        "compared": "{setup: {interval, p}} of row 0 minus row 1, macro over tasks: resampled examples, exchanged predictions, 2000 draws each",
    },
    labels=LABELS,
    task=task,
    label=label,
    logits=rows,
    f1=[{setup: by_task(row, setup) for setup in setups} for row in said],
    compared={setup: {"interval": bootstrap(*said, setup), "p": exchanged(*said, setup)} for setup in setups},
)
