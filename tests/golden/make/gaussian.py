"""Similarity routing by means and a shared Gaussian (EPI) on small random features."""
import numpy as np
from scipy.spatial.distance import mahalanobis

import fixture

TASK_OF_CLASS = [0, 0, 1, 1, 1, 2, 2]
SHRINKAGES = [0.0, 0.1, 0.5, 1.0]


def world(seed, width, counts, tests):
    random = np.random.default_rng(seed)
    task_centres = random.normal(size=(3, width)) * 0.8
    centres = task_centres[TASK_OF_CLASS] + random.normal(size=(len(TASK_OF_CLASS), width)) * 0.7
    shape = random.normal(size=(width, width)) * 0.6
    draw = lambda c: np.round(centres[c] + random.normal(size=width) @ shape, 4)
    classes = [c for c, count in enumerate(counts) for _ in range(count)]
    random.shuffle(classes)
    return np.array([draw(c) for c in classes]), np.array(classes), np.array([draw(c) for c in random.integers(0, len(counts), size=tests)])


def covariance(x, unbiased):
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - (1 if unbiased else 0))


def shared(features, classes, unbiased):
    per_class = [covariance(features[classes == c], unbiased) for c in range(len(TASK_OF_CLASS))]
    per_task = [np.mean([per_class[c] for c, t in enumerate(TASK_OF_CLASS) if t == task], axis=0) for task in range(3)]
    return per_task, np.mean(per_task, axis=0)


def shrunk(S, s):
    return (1 - s) * S + s * np.trace(S) / len(S) * np.eye(len(S))


def squared(x, means, precision):
    return np.array([[(a - m) @ precision @ (a - m) for m in means] for a in x])


def nearest_task(class_distances):
    """[test][task]: the distance to the nearest class of the task; and the task of the nearest."""
    by_task = np.stack([class_distances[:, [c for c, t in enumerate(TASK_OF_CLASS) if t == task]].min(1) for task in range(3)], axis=1)
    gap = np.sort(by_task, axis=1)
    assert np.min((gap[:, 1] - gap[:, 0]) / gap[:, 1]) > 1e-4, "a decision that rounding could turn"
    return by_task, by_task.argmin(1)


def case(seed, width, counts, tests, shrinkages):
    features, classes, test = world(seed, width, counts, tests)
    tasks = np.array(TASK_OF_CLASS)[classes]
    means = np.stack([features[classes == c].mean(0) for c in range(len(counts))])
    task_means = np.stack([features[tasks == t].mean(0) for t in range(3)])
    per_task, S = shared(features, classes, unbiased=False)
    gaussian = []
    for s in shrinkages:
        precision = np.linalg.pinv(shrunk(S, s), rcond=1e-10, hermitian=True)
        distances = squared(test, means, precision)
        assert abs(distances[0, 0] - mahalanobis(test[0], means[0], precision) ** 2) < 1e-9
        by_task, decision = nearest_task(distances)
        gaussian.append({"shrinkage": s, "covariance": shrunk(S, s), "class_distances": distances, "task_distances": by_task, "task": decision})
    cosine = lambda x, m: (x @ m.T) / np.linalg.norm(x, axis=1)[:, None] / np.linalg.norm(m, axis=1)
    euclidean = squared(test, means, np.eye(width))
    task_cosine = cosine(test, task_means)
    return {
        "width": width,
        "features": features,
        "classes": classes,
        "tasks": tasks,
        "test": test,
        "class_means": means,
        "task_means": task_means,
        "task_covariances": per_task,
        "shared_covariance": S,
        "shared_covariance_unbiased": shared(features, classes, unbiased=True)[1],
        "rank": int(np.linalg.matrix_rank(S)),
        "gaussian": gaussian,
        "euclidean": {"class_distances": euclidean, "task": nearest_task(euclidean)[1]},
        "task_centroid": {"cosines": task_cosine, "task": task_cosine.argmax(1), "euclidean_task": squared(test, task_means, np.eye(width)).argmin(1)},
    }


fixture.write(
    "gaussian",
    "Selection of a task by class means and a shared shrunk covariance (EPI's rule) on random features; 3 tasks with 2, 3 and 2 classes",
    {
        "task_of_class": "[class]",
        "cases": "{full: width 5, more examples than dimensions; deficient: width 12, shared covariance of lower rank, where shrinkage 0 needs the pseudo-inverse}",
        "features / classes / tasks / test": "[example][width], [example], [example], [test][width]",
        "task_covariances": "[task][width][width]: mean over the task's classes of (1/n) sum (x - mean)(x - mean)^T; unbiased divides by n - 1 (as EPI's code)",
        "shared_covariance": "S = mean over tasks of task_covariances",
        "gaussian": "[{shrinkage s, covariance (1-s) S + s tr(S)/width I, class_distances [test][class] = squared Mahalanobis with its (pseudo-)inverse (eigenvalues below 1e-10 of the largest count as 0), "
        "task_distances [test][task] = least over its classes, task [test]}]",
        "euclidean": "squared distances to class means, and the task of the nearest",
        "task_centroid": "cosines [test][task] to task means (over examples, not over classes), task = argmax; euclidean_task = nearest task mean",
    },
    task_of_class=TASK_OF_CLASS,
    cases={
        "full": case(41, 5, [9, 6, 7, 12, 8, 10, 5], 12, SHRINKAGES),
        "deficient": case(42, 12, [2, 3, 2, 2, 2, 2, 2], 8, [0.0, 0.1, 0.5]),
    },
)
