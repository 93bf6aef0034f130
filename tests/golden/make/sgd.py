"""Gradient descent with and without momentum from given gradients: two groups, one of which decays."""
import numpy as np
import torch

import fixture

STEPS = 6
GROUPS = [
    {"names": ["A"], "learning_rate": 0.1, "weight_decay": 0.0},
    {"names": ["W", "b"], "learning_rate": 0.5, "weight_decay": 0.1},
]
random = np.random.default_rng(37)
SHAPES = {"A": (2, 2), "W": (3,), "b": (1,)}
initial = {name: fixture.given(random, *shape) for name, shape in SHAPES.items()}
gradients = [{name: fixture.given(random, *shape, scale=0.3) for name, shape in SHAPES.items()} for _ in range(STEPS)]


def formula(momentum):
    theta = {name: value.copy() for name, value in initial.items()}
    v = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    trace = []
    for n in range(STEPS):
        for group in GROUPS:
            for name in group["names"]:
                v[name] = momentum * v[name] + gradients[n][name] + group["weight_decay"] * theta[name]
                theta[name] = theta[name] - group["learning_rate"] * v[name]
        trace.append({name: value.copy() for name, value in theta.items()})
    return trace


def by_torch(momentum):
    theta = {name: torch.tensor(value, requires_grad=True) for name, value in initial.items()}
    optimizer = torch.optim.SGD([{"params": [theta[n] for n in g["names"]], "lr": g["learning_rate"], "weight_decay": g["weight_decay"]} for g in GROUPS], momentum=momentum)
    for n in range(STEPS):
        for name, p in theta.items():
            p.grad = torch.tensor(gradients[n][name])
        optimizer.step()
    return {name: p.detach().numpy() for name, p in theta.items()}


momenta = {}
for momentum in (0.0, 0.9):
    trace = formula(momentum)
    assert fixture.deviation(trace[-1], by_torch(momentum)) < 1e-12
    momenta[str(momentum)] = {str(at): trace[at - 1] for at in (1, 2, STEPS)}
fixture.write(
    "sgd",
    "Gradient descent with momentum (v = mu v + g + wd theta; theta - lr v) on three parameters in two groups over 6 steps of given gradients, in float64",
    {
        "groups": "[{names, learning_rate, weight_decay}]",
        "initial": "{parameter: values}; A [2, 2], W [3], b [1]",
        "gradients": "[step]{parameter: values}",
        "momenta": "{mu: {updates done: {parameter: values}}}",
    },
    steps=STEPS,
    groups=GROUPS,
    initial=initial,
    gradients=gradients,
    momenta=momenta,
)
