"""How a fixture is written: JSON with a `what` and a `layout`, floats with 7 significant digits, one innermost list a line."""
import json
import math
import os

import numpy as np
import torch

FOLDER = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
torch.set_num_threads(1)


def plain(value):
    """Tensors and arrays become nested lists; floats keep 7 significant digits."""
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a fixture holds finite numbers only")
        return float(f"{value:.7g}") + 0.0  # + 0.0: no negative zero
    return value


def text(value, indent=0):
    pad = " " * (indent + 1)
    if isinstance(value, dict) and value:
        rows = [f"{pad}{json.dumps(key)}: {text(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    if isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value):
        return "[\n" + ",\n".join(pad + text(item, indent + 1) for item in value) + "\n" + " " * indent + "]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(name, what, layout, **data):
    path = os.path.join(FOLDER, name + ".json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text(plain({"what": what, "layout": layout, **data})) + "\n")
    print(f"{name}.json: {os.path.getsize(path)} bytes")


def given(random, *shape, scale=1.0):
    """Normal numbers with 4 decimals: what is written is exactly what is computed with."""
    return np.round(random.normal(size=shape) * scale, 4)


def deviation(a, b):
    """Largest absolute difference between two like structures."""
    if isinstance(a, dict):
        return max((deviation(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, (list, tuple)):
        return max((deviation(x, y) for x, y in zip(a, b, strict=True)), default=0.0)
    return float(np.max(np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)), initial=0.0))
