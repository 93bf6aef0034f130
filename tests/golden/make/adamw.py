"""AdamW updates from given gradients: two groups, three schedules."""
import numpy as np
import torch
from transformers import get_linear_schedule_with_warmup

import fixture

STEPS, WARM_UP = 20, 5
GROUPS = [
    {"names": ["A", "B"], "learning_rate": 1e-3, "weight_decay": 0.01},
    {"names": ["W", "b"], "learning_rate": 1e-2, "weight_decay": 0.1},
]
random = np.random.default_rng(31)
SHAPES = {"A": (3, 2), "B": (2, 3), "W": (4,), "b": (1,)}
initial = {name: fixture.given(random, *shape) for name, shape in SHAPES.items()}
gradients = [{name: fixture.given(random, *shape, scale=0.3) for name, shape in SHAPES.items()} for _ in range(STEPS)]
for step in range(STEPS):  # coordinates that see special gradients
    gradients[step]["A"][0, 0] = 0.0
    gradients[step]["A"][0, 1] = 0.5
    gradients[step]["W"][0] = 1e-7
    gradients[step]["W"][1] = 100.0 if step == 3 else 0.0
FACTORS = {
    "constant": lambda n: 1.0,
    "linear": lambda n: 1 - n / STEPS,
    "linear_warm_up": lambda n: n / WARM_UP if n < WARM_UP else (STEPS - n) / (STEPS - WARM_UP),
}


def formula(factor):
    theta = {name: value.copy() for name, value in initial.items()}
    m = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    v = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    trace = []
    for n in range(STEPS):
        for group in GROUPS:
            rate = group["learning_rate"] * factor(n)
            for name in group["names"]:
                g = gradients[n][name]
                m[name] = 0.9 * m[name] + (1 - 0.9) * g
                v[name] = 0.999 * v[name] + (1 - 0.999) * g * g
                first, second = m[name] / (1 - 0.9 ** (n + 1)), v[name] / (1 - 0.999 ** (n + 1))
                theta[name] = theta[name] * (1 - rate * group["weight_decay"]) - rate * first / (np.sqrt(second) + 1e-8)
        trace.append({name: value.copy() for name, value in theta.items()})
    return trace


def by_torch(schedule):
    theta = {name: torch.tensor(value, requires_grad=True) for name, value in initial.items()}
    optimizer = torch.optim.AdamW([{"params": [theta[n] for n in g["names"]], "lr": g["learning_rate"], "weight_decay": g["weight_decay"]} for g in GROUPS])
    warm_up, total = {"constant": (0, 10**9), "linear": (0, STEPS), "linear_warm_up": (WARM_UP, STEPS)}[schedule]
    scheduler = get_linear_schedule_with_warmup(optimizer, warm_up, total)
    for n in range(STEPS):
        for name, p in theta.items():
            p.grad = torch.tensor(gradients[n][name])
        optimizer.step()
        scheduler.step()
    return {name: p.detach().numpy() for name, p in theta.items()}


schedules = {}
for name, factor in FACTORS.items():
    trace = formula(factor)
    assert fixture.deviation(trace[-1], by_torch(name)) < 1e-7 if name == "constant" else fixture.deviation(trace[-1], by_torch(name)) < 1e-12
    schedules[name] = {
        "warm_up_steps": WARM_UP if name == "linear_warm_up" else 0,
        "factors": [factor(n) for n in range(STEPS)],
        "values": {str(at): trace[at - 1] for at in (1, 2, 10, 20)},
    }
fixture.write(
    "adamw",
    "AdamW (decoupled weight decay; betas 0.9, 0.999, epsilon 1e-8) on four parameters in two groups over 20 steps of given gradients, in float64",
    {
        "groups": "[{names, learning_rate, weight_decay}]",
        "initial": "{parameter: values}; A [3, 2], B [2, 3], W [4], b [1]",
        "gradients": "[step]{parameter: values}; A[0][0] is always 0, A[0][1] always 0.5, W[0] always 1e-7, W[1] 100 at step 3 and else 0",
        "schedules": "{constant, linear, linear_warm_up}: {warm_up_steps, factors [step] of the learning rates (weight decay uses the scaled rate), "
        "values {updates done: {parameter: values}}}",
        "factors": "linear: 1 - n/20; linear_warm_up: n/5 for n < 5 (so step 0 changes nothing), then (20 - n)/15",
    },
    steps=STEPS,
    groups=GROUPS,
    initial=initial,
    gradients=gradients,
    schedules=schedules,
)
