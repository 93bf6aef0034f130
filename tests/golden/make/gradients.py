"""Results and gradients of operators and of adapters at one site, by torch's autograd in float32, on shapes drawn from a seed."""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

import fixture

SEED, DRAWS = 20250103, 2
random = np.random.default_rng(SEED)
size = lambda low=1, high=4: int(random.integers(low, high + 1))


def drawn(shape, low=-1.5, high=1.5):
    """Three decimals: what is written is exactly what is computed with."""
    return np.round(random.uniform(low, high, size=shape), 3)


def held(values, formula, drop=()):
    """The result, and the gradients of the sum of its products with drawn weights."""
    tensors = {name: torch.tensor(value, dtype=torch.float32, requires_grad=name not in drop) for name, value in values.items()}
    result = formula(tensors)
    weights = drawn(tuple(result.shape), -1, 1)
    (result * torch.tensor(weights, dtype=torch.float32)).sum().backward()
    gradients = {name: x.grad for name, x in tensors.items() if x.grad is not None}
    return {"values": values, "weights": weights, "result": result, "gradients": gradients}


# Operators, under the names of tests/tensor/cases.ts: (shapes, formula, range). s has the sizes and the packed lengths.
xyz = lambda s: {"x": (s["a"], s["b"], s["c"])}
one = lambda formula, *bounds: (xyz, lambda v, s: formula(v["x"]), bounds)
POSITIVE = (0.3, 2)
WAYS = [
    lambda a, b, c: ((a, b, c), (a, b, c)), lambda a, b, c: ((a, b, c), (c,)), lambda a, b, c: ((b, 1), (a, 1, c)),
    lambda a, b, c: ((1, c), (b, c)), lambda a, b, c: ((), (a, b)), lambda a, b, c: ((a, 1, c), (b, 1)),
]  # fmt: skip
broadcast = lambda s: dict(zip("xy", WAYS[s["seed"] % 6](s["a"], s["b"], s["c"]), strict=True))
two = lambda formula, *bounds: (broadcast, lambda v, s: formula(v["x"], v["y"]), bounds)


def product(name, ranks, swap_x, swap_y):
    turned = lambda shape, swap: (*shape[:-2], shape[-1], shape[-2]) if swap else shape
    def shapes(s):
        x = (*([s["d"]] if ranks[0] else []), s["a"], s["b"])
        y = (*([1 if ranks[1] == 2 else s["d"]] if ranks[1] else []), s["b"], s["c"])
        return {"x": turned(x, swap_x), "y": turned(y, swap_y)}
    return (shapes, lambda v, s: (v["x"].mT if swap_x else v["x"]) @ (v["y"].mT if swap_y else v["y"]), ())


indices = lambda s, count, below: torch.tensor([(s["seed"] + i * 7) % below for i in range(count)])
dense = lambda s: {"x": (s["a"], s["b"]), "W": (s["b"], s["c"]), "bias": (s["c"],), "A": (s["b"], 2), "B": (2, s["c"]), "U": (s["c"], s["b"])}
read = lambda shapes, *names: lambda s: {name: shapes(s)[name] for name in names}
rms = lambda x, gain: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 0.05) * gain

# On a packed batch: texts one after the other.
packed_shapes = lambda s: {
    "h": (sum(s["lengths"]), s["a"]), "k": (sum(s["lengths"]), s["a"]), "v": (len(s["lengths"]), s["a"]), "M": (len(s["lengths"]), s["a"], s["b"]),
    "g": (len(s["lengths"]), s["c"]), "gt": (sum(s["lengths"]), s["c"]), "S": (s["c"], s["a"], s["b"]), "E": (s["b"], s["a"]), "p": (s["a"],),
}  # fmt: skip
texts = lambda x, s: torch.split(x, s["lengths"])
spread = lambda v, s: torch.repeat_interleave(v, torch.tensor(s["lengths"]), 0)
packed = lambda names, formula: (read(packed_shapes, *names), formula, ())


def attended(q, k, v, s, heads=1, causal=False, window=None, prefix=None):
    out = []
    for e, (Q, K, V) in enumerate(zip(texts(q, s), texts(k, s), texts(v, s), strict=True)):
        n, d = Q.shape[0], Q.shape[1] // heads
        i, j = torch.arange(n)[:, None], torch.arange(n)[None, :]
        seen = (j <= i if causal else torch.ones(n, n, dtype=bool)) & ((i - j).abs() <= (n if window is None else window))
        if prefix is not None:
            keys, values = (x[e] if x.dim() == 3 else x for x in prefix)
            K, V, seen = torch.cat([keys, K]), torch.cat([values, V]), torch.cat([torch.ones(n, len(keys), dtype=bool), seen], 1)
        split = lambda x: x.reshape(len(x), heads, d).transpose(0, 1)
        scores = (split(Q) @ split(K).mT / math.sqrt(d)).masked_fill(~seen, -math.inf)
        out.append((scores.softmax(-1) @ split(V)).transpose(0, 1).reshape(n, heads * d))
    return torch.cat(out)


def turned(x, s, base=10000):
    """Two heads, halves of a head as pairs."""
    d = x.shape[1] // 2
    positions = torch.cat([torch.arange(n) for n in s["lengths"]])
    angles = positions[:, None] * base ** (-2 * torch.arange(d // 2) / d)
    heads = x.reshape(-1, 2, 2, d // 2)
    a, b, cos, sin = heads[:, :, 0], heads[:, :, 1], angles.cos()[:, None], angles.sin()[:, None]
    return torch.stack([a * cos - b * sin, b * cos + a * sin], 2).reshape(x.shape)


def placed(values, places, shape):
    return torch.zeros(math.prod(shape)).index_put((torch.tensor(places),), values).reshape(shape)


OPERATORS = {
    "neg": one(torch.neg), "scale": one(lambda x: -1.7 * x), "abs": one(torch.abs), "exp": one(torch.exp), "log": one(torch.log, *POSITIVE), "sqrt": one(torch.sqrt, *POSITIVE),
    "tanh": one(torch.tanh), "sigmoid": one(torch.sigmoid), "relu": one(torch.relu), "cos": one(torch.cos, -4, 4), "sin": one(torch.sin, -4, 4),
    "gelu": one(F.gelu, -4, 4), "silu": one(F.silu, -4, 4), "erf": one(torch.erf, -3, 3), "pow 3": one(lambda x: x**3), "pow 1.5": one(lambda x: x**1.5, *POSITIVE),
    "pow -1": one(lambda x: 1 / x, *POSITIVE),
    "add": two(torch.add), "sub": two(torch.sub), "mul": two(torch.mul), "div": two(torch.div, 0.4, 2), "maximum": two(torch.maximum), "minimum": two(torch.minimum),
    "where": two(lambda x, y: torch.where(x > y, x * y, x - 2)), "numbers": two(lambda x, y: (1 - 3 * x) / (y + 4)),
    "cast to int and back": one(lambda x: x.detach().trunc() * x, -3, 3), "stopGradient": one(lambda x: x.detach() * 0 + x),
    **{f"matmul {name}{' A' + chr(39) if i else ''}{' B' + chr(39) if j else ''}": product(name, ranks, i, j)
       for (i, j), (name, ranks) in zip([(0, 0), (0, 1), (1, 0), (1, 1), (0, 1), (1, 0)], [("2 x 2", (0, 0)), ("3 x 2", (1, 0)), ("2 x 3", (0, 1)), ("3 x 3", (1, 1)), ("3 x 3, one for all", (1, 2)), ("2 x 2", (0, 0))], strict=True)},
    "matmul vector x matrix": (lambda s: {"x": (s["a"],), "y": (s["a"], s["b"])}, lambda v, s: v["x"] @ v["y"], ()),
    "dense layer": (read(dense, "x", "W", "bias"), lambda v, s: torch.tanh(v["x"] @ v["W"] + v["bias"]), ()),
    "dense layer with a low-rank update": (read(dense, "x", "W", "bias", "A", "B"), lambda v, s: torch.tanh(v["x"] @ v["W"] + v["bias"] + 0.7 * (v["x"] @ v["A"] @ v["B"])), ()),
    "feed-forward block": (read(dense, "x", "W", "bias", "U"), lambda v, s: v["x"] + F.gelu(v["bias"] + v["x"] @ v["W"]) @ v["U"], ()),
    "transpose by a permutation": one(lambda x: x.permute(2, 0, 1).exp()), "reshape -1": one(lambda x: x.reshape(x.shape[2], -1).exp()),
    "broadcastTo": (xyz, lambda v, s: v["x"].expand(s["d"], *v["x"].shape).exp(), ()), "slice": (xyz, lambda v, s: v["x"][:, s["b"] - 1 :].exp(), ()),
    "concat": (lambda s: {"x": (s["a"], s["b"]), "y": (s["a"], s["c"])}, lambda v, s: torch.cat([v["x"], v["y"], v["x"]], 1).exp(), ()),
    "stack": (lambda s: {"x": (s["a"], s["b"]), "y": (s["a"], s["b"])}, lambda v, s: torch.stack([v["x"], v["y"]], 1).exp(), ()),
    "sum 0 keep": one(lambda x: x.sum(0, keepdim=True).exp()), "mean all": one(lambda x: x.mean().exp()), "mean -1": one(lambda x: x.mean(-1).exp()),
    "max -1 keep": one(lambda x: x.max(-1, keepdim=True).values.exp()), "sum 0,2": one(lambda x: x.sum((0, 2)).exp()),
    "softmax": one(lambda x: x.softmax(-1)), "softmax of axis 0": one(lambda x: x.softmax(0)), "logSoftmax": one(lambda x: x.log_softmax(1)),
    "layerNorm": (lambda s: {"x": (s["a"], s["b"], s["c"] + 1), "gain": (s["c"] + 1,), "bias": (s["c"] + 1,)}, lambda v, s: F.layer_norm(v["x"], v["gain"].shape, v["gain"], v["bias"], 0.05), ()),
    "rmsNorm": (lambda s: {"x": (s["a"], s["b"], s["c"]), "gain": (s["c"],)}, lambda v, s: rms(v["x"], v["gain"]), ()),
    "gather": (lambda s: {"x": (s["a"], s["b"])}, lambda v, s: v["x"][indices(s, 5, s["a"])].exp(), ()),
    "scatterAdd": (lambda s: {"x": (s["a"], s["b"]), "y": (5, s["b"])}, lambda v, s: v["x"].index_add(0, indices(s, 5, s["a"]), v["y"]).exp(), ()),
    "pick": (lambda s: {"x": (s["a"], s["b"])}, lambda v, s: v["x"][torch.arange(s["a"]), indices(s, s["a"], s["b"])].exp(), ()),
    "oneHot": (lambda s: {"x": (4, s["a"])}, lambda v, s: v["x"] * F.one_hot(indices(s, 4, s["a"]), s["a"]), ()),
    "product with a mask of the k largest": one(lambda x: x * F.one_hot(x.detach().argmax(-1), x.shape[-1])),
    "crossEntropy": (lambda s: {"x": (s["a"], s["b"])}, lambda v, s: F.cross_entropy(v["x"], indices(s, s["a"], s["b"])), ()),
    "mse": two(lambda x, y: ((x - y) ** 2).mean()),
    "cosineSimilarity": (lambda s: {"x": (s["a"], s["b"]), "y": (s["a"], s["b"])}, lambda v, s: F.cosine_similarity(v["x"], v["y"]), (0.2, 1)),
    "packed: tokens + example": packed("hv", lambda v, s: v["h"] + spread(v["v"], s)),
    "packed: tokens x example matrix": packed("hM", lambda v, s: torch.cat([x @ m for x, m in zip(texts(v["h"], s), v["M"], strict=True)])),
    "packed: tokens x mixture": packed("hgS", lambda v, s: torch.cat([x @ m for x, m in zip(texts(v["h"], s), torch.einsum("en,nab->eab", v["g"], v["S"]), strict=True)])),
    "packed: mixture by itself": packed("gS", lambda v, s: torch.einsum("en,nab->eab", v["g"], v["S"]).tanh()),
    "packed: tokens x a matrix of each token": (read(packed_shapes, "h", "gt", "S"), lambda v, s: torch.einsum("ta,tab->tb", v["h"], torch.einsum("tn,nab->tab", v["gt"], v["S"]).tanh()), ()),
    "packed: pool mean": packed("h", lambda v, s: torch.stack([x.mean(0) for x in texts(v["h"], s)]).exp()),
    "packed: pool cls": packed("h", lambda v, s: torch.stack([x[0] for x in texts(v["h"], s)]).exp()),
    "packed: pool last": packed("h", lambda v, s: torch.stack([x[-1] for x in texts(v["h"], s)]).exp()),
    "packed: spread": packed("v", lambda v, s: spread(v["v"], s).exp()),
    "packed: toPadded and back": packed("h", lambda v, s: v["h"].tanh()),
    "packed: attention, many heads": packed("hk", lambda v, s: attended(torch.cat([v["h"], v["h"]], 1), torch.cat([v["k"], v["h"]], 1), torch.cat([v["h"], v["k"]], 1), s, 2)),
    "packed: attention, causal": packed("hk", lambda v, s: attended(v["h"], v["k"], v["h"], s, causal=True)),
    "packed: attention, window": packed("hk", lambda v, s: attended(v["h"], v["k"], v["h"], s, window=1)),
    "packed: attention, prefix": packed("hkE", lambda v, s: attended(v["h"], v["k"], v["h"], s, prefix=(v["E"], v["E"].exp()))),
    "packed: attention, prefix of an example, causal": packed("hkM", lambda v, s: attended(v["h"], v["k"], v["h"], s, causal=True, prefix=(v["M"].mT, v["M"].mT))),
    "packed: rotary": packed("hk", lambda v, s: (lambda x: turned(x, s) * x)(torch.cat([v["h"], v["k"], v["k"], v["h"]], 1))),
    "packed: tokens x placed values": packed("hp", lambda v, s: v["h"] @ placed(v["p"], [i * s["a"] for i in range(s["a"])], (s["a"], s["a"]))),
    "softplus": one(F.softplus, -4, 4),
}  # fmt: skip


def operators():
    cases = []
    for name, (shapes, formula, bounds) in OPERATORS.items():
        for _ in range(DRAWS):
            s = {**{letter: size() for letter in "abcd"}, "lengths": [size(1, 3) for _ in range(size(1, 3))], "seed": int(random.integers(1000))}
            cases.append({"name": name, "sizes": s, **held({n: drawn(shape, *bounds) for n, shape in shapes(s).items()}, lambda v: formula(v, s))})
    return cases


# Adapters at one site: (role, options, arrays, formula). v has x, the frozen W and b (gain and bias of a norm) and the arrays.
PHI = {"relu": torch.relu, "gelu": F.gelu, "silu": F.silu, "tanh": torch.tanh}


def adapters():
    """Each kind with options that change its formula, sizes drawn anew each time."""
    made = []

    def add(adapter, role, options, enters, leaves, arrays, formula, ints={}):
        tokens = size(1, 3)
        norm, block = role.endswith("norm"), role.endswith("block")
        frozen = {} if block else {"W": drawn((leaves,) if norm else (enters, leaves)), "b": drawn((leaves,))}
        given = {"x": drawn((tokens, enters)), **({"y": drawn((tokens, leaves))} if block else {})}
        of = lambda v: v["y"] if block else v["x"] * v["W"] + v["b"] if norm else v["x"] @ v["W"] + v["b"]
        values = {**given, **frozen, **{n: drawn(shape) for n, shape in arrays.items()}}
        held_ = held(values, lambda v: formula(v, of(v)), drop=("W", "b"))
        made.append({"adapter": adapter, "role": role, "options": options, "in": enters, "out": leaves, **({"ints": ints} if ints else {}), **held_})

    def narrow(v, y, phi, prefix=""):
        return PHI[phi](y @ v[f"{prefix}D"] + v[f"{prefix}b_" if prefix == "" else f"{prefix}b"]) @ v[f"{prefix}U"] + v[f"{prefix}c"]

    for draw in range(DRAWS):
        r, i, o = size(), size(), size()
        low = {"A": (i, r), "B": (r, o)}
        alpha = size(1, 9)
        add("lora", "query", {"rank": r, "alpha": alpha}, i, o, low, lambda v, y: y + alpha / r * (v["x"] @ v["A"] @ v["B"]))
        add("lora", "value", {"rank": r, "alpha": alpha, "scaling": "rank_stabilised"}, i, o, low, lambda v, y: y + alpha / math.sqrt(r) * (v["x"] @ v["A"] @ v["B"]))

        def dora(v, y):
            s = alpha / r
            norms = (v["W"] + s * v["A"] @ v["B"]).norm(dim=0).detach()
            return v["m"] / norms * (y - v["b"] + s * v["x"] @ v["A"] @ v["B"]) + v["b"]

        add("lora", "query", {"rank": r, "alpha": alpha, "decomposed": True}, i, o, {**low, "m": (o,)}, dora)
        wide = size(3, 6)
        d = max(1, wide // 2)
        bottle = {"D": (wide, d), "b_": (d,), "U": (d, wide), "c": (wide,)}
        phi = list(PHI)[(draw + 1) % 4]
        add("bottleneck", "output", {"reduction": 2, "activation": phi}, i, wide, bottle, lambda v, y: y + narrow(v, y, phi))
        add("bottleneck", "feed_forward_block", {"reduction": 2, "activation": "tanh", "place": "parallel", "scale": 4}, wide, wide, bottle, lambda v, y: y + 4 * narrow(v, v["x"], "tanh"))
        add("ia3", "key", {}, i, o, {"l": (o,)}, lambda v, y: y * v["l"])
        add("ia3", "output", {}, i, o, {"l": (i,)}, lambda v, y: (v["x"] * v["l"]) @ v["W"] + v["b"])
        add("bitfit", "intermediate", {}, i, o, {"d": (o,)}, lambda v, y: y + v["d"])
        add("full", "value", {}, i, o, {"D": (i, o), "d": (o,)}, lambda v, y: v["x"] @ (v["W"] + v["D"]) + v["b"] + v["d"])
        add("layer_norm", "output_norm", {}, o, o, {"g": (o,), "b_": (o,)}, lambda v, y: v["x"] * (v["W"] + v["g"]) + v["b"] + v["b_"])
        count = max(1, round(0.5 * i * o))
        places = sorted(random.choice(i * o, count, replace=False).tolist())
        add("sparse", "query", {"share": 0.5}, i, o, {"values": (count,)}, lambda v, y: y + v["x"] @ placed(v["values"], places, (i, o)), ints={"places": places})
        n, rank, blocks = 2, size(1, 2), size(1, 3)
        w, d2 = n * blocks, n * max(1, n * blocks // 2 // n)
        phm = lambda A, s, t: sum(torch.kron(A[k], s[k] @ t[k]) for k in range(n))
        add("compacter", "output", {"reduction": 2, "n": n, "rank": rank, "activation": "silu"}, i, w,
            {"A": (n, n, n), "s": (n, w // n, rank), "t": (n, rank, d2 // n), "b_": (d2,), "A2": (n, n, n), "s2": (n, d2 // n, rank), "t2": (n, rank, w // n), "c": (w,)},
            lambda v, y: y + F.silu(y @ phm(v["A"], v["s"], v["t"]) + v["b_"]) @ phm(v["A2"], v["s2"], v["t2"]) + v["c"])  # fmt: skip
        stacked = {"1.A": (i, r), "1.B": (r, wide), "2.D": (wide, d), "2.b": (d,), "2.U": (d, wide), "2.c": (wide,)}
        of = [{"name": "lora", "rank": r, "alpha": alpha, "targets": ["output"]}, {"name": "bottleneck", "reduction": 2, "activation": "gelu"}]
        add("stack", "output", {"of": of}, i, wide, stacked, lambda v, y: (lambda z: z + narrow(v, z, "gelu", "2."))(y + alpha / r * (v["x"] @ v["1.A"] @ v["1.B"])))
        # at attention, with one head: x are queries, W and b keys and values of the text's tokens
        length, t, keys, hidden = size(1, 3), size(1, 3), 2 * size(1, 2), size()
        text = {name: drawn((t, keys)) for name in ("x", "k", "v")}
        whole = lambda v, K, V: attended(v["x"], v["k"], v["v"], {"lengths": [t]}, prefix=(K, V))
        for options, arrays, extend in [
            ({"length": length}, {"K": (length, keys), "V": (length, keys)}, lambda v: (v["K"], v["V"])),
            ({"length": length, "hidden": hidden}, {"E": (length, keys), "W": (keys, hidden), "b": (1, hidden), "U": (hidden, 2 * keys), "c": (1, 2 * keys)},
             lambda v: torch.split(torch.tanh(v["E"] @ v["W"] + v["b"]) @ v["U"] + v["c"], keys, 1)),
        ]:  # fmt: skip
            values = {**text, **{n: drawn(shape) for n, shape in arrays.items()}}
            made.append({"adapter": "prefix", "role": "attention", "options": options, "in": keys, "out": keys, **held(values, lambda v: whole(v, *extend(v)))})
        values = {"x": drawn((t, keys)), "P": drawn((length, keys))}

        def prompted(v):
            z = torch.cat([v["P"], v["x"]])
            return attended(z, z, z, {"lengths": [length + t]})[length:]

        made.append({"adapter": "prompt", "role": "embeddings", "options": {"length": length, "start": "normal"}, "in": keys, "out": keys, **held(values, prompted)})
    return made


def plain(value):
    return json.dumps(fixture.plain(value), separators=(",", ":"))


path = os.path.join(fixture.FOLDER, "gradients.json")
with open(path, "w") as file:
    what = "Results and gradients by torch's autograd in float32, shapes drawn at random (seed %d)" % SEED
    layout = {
        "operators": "{name: as in tests/tensor/cases.ts, sizes: what is drawn there, values, weights, result, gradients: of the sum of result times weights}",
        "adapters": "{adapter, role, options, in, out: widths of the site, values: x that enters, W and b of the frozen layer (y of a block; k and v of attention), arrays (b_ where b is the frozen one), ints: arrays that are not trained, weights, result, gradients}",
    }
    lines = lambda cases: "[\n" + ",\n".join(plain(case) for case in cases) + "\n]"
    file.write(f'{{\n"what": {json.dumps(what)},\n"layout": {json.dumps(layout)},\n"operators": {lines(operators())},\n"adapters": {lines(adapters())}\n}}\n')
print(f"gradients.json: {os.path.getsize(path)} bytes")
