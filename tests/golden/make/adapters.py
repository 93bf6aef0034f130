"""Ten steps of training of each kind of adapter on the tiny BERT: by HF PEFT where it has the kind, else by training the model's own weights or by the formula written out."""
import math

import numpy as np
import torch
from peft import IA3Config, LNTuningConfig, LoraConfig, get_peft_model

import curve
import fixture
import tiny

STEPS = 10
IDS = curve.examples()
ORDER = curve.batch_order(31)[:STEPS]
random = np.random.default_rng(30)
HEAD = {"W": fixture.given(random, 16, 3, scale=0.2), "b": fixture.given(random, 3, scale=0.1)}
SETTINGS = {
    "steps": STEPS, "adapter_learning_rate": 1e-2, "head_learning_rate": 1e-2, "weight_decay": 0,
    "schedule": "linear: learning rate times 1 - n/steps at step n = 0..steps-1",
}  # fmt: skip
HF = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value", "attention.output": "attention.output.dense",
    "intermediate": "intermediate.dense", "output": "output.dense", "attention.norm": "attention.output.LayerNorm", "norm": "output.LayerNorm",
}  # fmt: skip
ROLES = {"attention.query": "query", "attention.key": "key", "attention.value": "value"}


def theirs(site):
    """The name that Hugging Face's BERT has for a site."""
    if site == "embeddings.norm":
        return "embeddings.LayerNorm"
    _, number, place = site.split(".", 2)
    return f"encoder.layer.{number}.{HF[ROLES.get(place, place)]}"


def sites(*places):
    return [f"layer.{l}.{place}" for l in (0, 1) for place in places]


def tensor(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def train(model, parameters):
    """Logits at the start, losses, logits at the end. `parameters` are those that are trained besides the head."""
    head = {name: tensor(value) for name, value in HEAD.items()}

    def logits(rows):
        x, mask = tiny.padded([IDS[i] for i in rows])
        return tiny.pooled(model(input_ids=x, attention_mask=mask).last_hidden_state, mask) @ head["W"] + head["b"]

    groups = [{"params": list(parameters), "lr": 1e-2}, {"params": list(head.values()), "lr": 1e-2}]
    for p in groups[0]["params"]:
        p.requires_grad_(True)
    adamw = torch.optim.AdamW(groups, weight_decay=0)
    with torch.no_grad():
        first = logits(range(len(IDS))).clone()
    losses = []
    for n, rows in enumerate(ORDER):
        loss = torch.nn.functional.cross_entropy(logits(rows), torch.tensor([curve.LABELS[i] for i in rows]))
        adamw.zero_grad()
        loss.backward()
        losses.append(loss.item())
        for group in adamw.param_groups:
            group["lr"] = 1e-2 * (1 - n / STEPS)
        adamw.step()
    with torch.no_grad():
        return {"logits": first, "losses": losses, "final_logits": logits(range(len(IDS)))}


def by_peft(config, initial, put):
    """A PEFT model whose module at each site gets its first values from `put(module, values)`, which gives what is trained."""
    model = get_peft_model(tiny.frozen(tiny.CHECKPOINT), config, autocast_adapter_dtype=False).eval()
    base = model.base_model.model
    trained = [p for site, values in initial.items() for p in put(base.get_submodule(theirs(site)), values)]
    return train(model, trained)


def fill(parameter, value):
    parameter.data = torch.tensor(np.ascontiguousarray(value), dtype=torch.float64)
    return parameter


def lora(rank, alpha, places, **more):
    hf = {"rank_stabilised": {"use_rslora": True}, "decomposed": {"use_dora": True}}
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=[HF[p.split(".")[-1]].split(".")[-1] for p in places], **hf[more.pop("kind")])
    initial = {}
    for site in sites(*places):
        layer = tiny.frozen(tiny.CHECKPOINT).get_submodule(theirs(site))
        initial[site] = {"A": fixture.given(random, layer.in_features, rank, scale=0.25), "B": fixture.given(random, rank, layer.out_features, scale=0.1)}
        if config.use_dora:
            initial[site]["m"] = np.round(layer.weight.norm(dim=1).numpy() * (1 + 0.1 * random.normal(size=layer.out_features)), 4)

    def put(layer, values):
        yield fill(layer.lora_A["default"].weight, values["A"].T)
        yield fill(layer.lora_B["default"].weight, values["B"].T)
        if config.use_dora:
            yield fill(layer.lora_magnitude_vector["default"].weight, values["m"])

    return {"initial": initial, **by_peft(config, initial, put)}


def ia3():
    config = IA3Config(target_modules=r".*\.(key|value|layer\.\d+\.output\.dense)", feedforward_modules=r".*layer\.\d+\.output\.dense")
    initial = {site: {"l": 1 + fixture.given(random, 32 if site.endswith(".output") else 16, scale=0.2)} for site in sites("attention.key", "attention.value", "output")}

    def put(layer, values):
        yield fill(layer.ia3_l["default"], values["l"].reshape(layer.ia3_l["default"].shape))

    return {"initial": initial, **by_peft(config, initial, put)}


def layer_norm():
    """PEFT trains copies of the norms; ours are kept as the distance from them."""
    initial = {site: {"g": fixture.given(random, 16, scale=0.1), "b": fixture.given(random, 16, scale=0.1)} for site in ["embeddings.norm", *sites("attention.norm", "norm")]}

    def put(layer, values):
        own = layer.ln_tuning_layers["default"]
        yield fill(own.weight, own.weight.detach().numpy() + values["g"])
        yield fill(own.bias, own.bias.detach().numpy() + values["b"])

    return {"initial": initial, **by_peft(LNTuningConfig(target_modules=["LayerNorm"]), initial, put)}


def own_weights(initial, put):
    """The model's own weights, moved by the first values and trained themselves."""
    model = tiny.frozen(tiny.CHECKPOINT)
    return {"initial": initial, **train(model, [p for site, values in initial.items() for p in put(model.get_submodule(theirs(site)), values)])}


def moved(parameter, by):
    parameter.data = parameter.data + torch.tensor(by)
    return parameter


def bitfit():
    widths = {"intermediate": 32}
    places = ["attention.query", "attention.key", "attention.value", "attention.output", "intermediate", "output", "attention.norm", "norm"]
    initial = {site: {"d": fixture.given(random, widths.get(site.split(".", 2)[-1], 16), scale=0.1)} for site in ["embeddings.norm", *sites(*places)]}
    return own_weights(initial, lambda layer, values: [moved(layer.bias, values["d"])])


def full():
    initial = {site: {"D": fixture.given(random, 16, 16, scale=0.1), "d": fixture.given(random, 16, scale=0.1)} for site in sites("attention.value")}
    return own_weights(initial, lambda layer, values: [moved(layer.weight, values["D"].T), moved(layer.bias, values["d"])])


def sparse():
    """Entries outside the places have no gradient."""
    initial = {}
    for site in sites("attention.value", "output"):
        size = 16 * (32 if site.endswith(".output") else 16)
        count = round(0.04 * size)
        initial[site] = {"places": np.sort(random.choice(size, count, replace=False)), "values": fixture.given(random, count, scale=0.2)}

    def put(layer, values):
        dense = np.zeros(layer.weight.numel())
        dense[values["places"]] = values["values"]
        mask = np.zeros_like(dense)
        mask[values["places"]] = 1
        shape = (layer.in_features, layer.out_features)
        parameter = moved(layer.weight, dense.reshape(shape).T)
        parameter.requires_grad_(True).register_hook(lambda g, mask=torch.tensor(mask.reshape(shape).T.copy()): g * mask)
        return [parameter]

    return own_weights(initial, put)


def by_formula(initial, attach):
    """The formula on tensors; `attach(model, site, tensors)` puts it into the model. Those under "all" are the same at all sites."""
    model = tiny.frozen(tiny.CHECKPOINT)
    tensors = {site: {name: tensor(value) for name, value in values.items()} for site, values in initial.items()}
    for site, values in tensors.items():
        if site != "all":
            attach(model, site, {**tensors.get("all", {}), **values})
    return {"initial": initial, **train(model, [p for values in tensors.values() for p in values.values()])}


def parallel():
    """He et al. 2022: beside the feed-forward layer, reading what enters it."""
    initial = {
        site: {"D": fixture.given(random, 16, 4, scale=0.3), "b": fixture.given(random, 4, scale=0.2), "U": fixture.given(random, 4, 16, scale=0.2), "c": fixture.given(random, 16, scale=0.1)}
        for site in sites("feed_forward")
    }

    def attach(model, site, p):
        layer, seen = model.encoder.layer[int(site.split(".")[1])], {}
        layer.intermediate.register_forward_pre_hook(lambda _, inputs: seen.update(x=inputs[0]))
        layer.output.dense.register_forward_hook(lambda _, inputs, y: y + 4 * (torch.relu(seen["x"] @ p["D"] + p["b"]) @ p["U"] + p["c"]))

    return by_formula(initial, attach)


def compacter():
    """n = 2, rank 1, bottleneck 4 wide, the small matrices those of all layers; the others by torch.kron."""
    n, narrow = 2, 4
    shapes = {"A": (n, n, n), "s": (n, 8, 1), "t": (n, 1, narrow // n), "b": (narrow,), "A2": (n, n, n), "s2": (n, narrow // n, 1), "t2": (n, 1, 8), "c": (16,)}
    draw = lambda common: {name: fixture.given(random, *shape, scale=0.5) for name, shape in shapes.items() if (name in ("A", "A2")) == common}
    initial = {"all": draw(True), **{site: draw(False) for site in sites("output")}}
    phm = lambda A, s, t: sum(torch.kron(A[i], s[i] @ t[i]) for i in range(n))

    def attach(model, site, p):
        def update(_, inputs, y):
            return y + torch.nn.functional.gelu(y @ phm(p["A"], p["s"], p["t"]) + p["b"]) @ phm(p["A2"], p["s2"], p["t2"]) + p["c"]

        model.get_submodule(theirs(site)).register_forward_hook(update)

    return by_formula(initial, attach)


def prefix(hidden):
    """Attention with more keys and values, written out on one text after the other."""
    length = 3
    shared = {"E": (length, 16), "W": (16, hidden), "b": (1, hidden)}
    own = {"U": (hidden, 32), "c": (1, 32)} if hidden else {"K": (length, 16), "V": (length, 16)}
    draw = lambda shapes: {name: fixture.given(random, *shape, scale=0.5) for name, shape in shapes.items()}
    initial = {**({"all": draw(shared)} if hidden else {}), **{site: draw(own) for site in sites("attention")}}

    def attach(model, site, p):
        own = model.encoder.layer[int(site.split(".")[1])].attention.self

        def forward(h, attention_mask=None, **_):
            if hidden:
                both = torch.tanh(p["E"] @ p["W"] + p["b"]) @ p["U"] + p["c"]
                K, V = both[:, :16], both[:, 16:]
            else:
                K, V = p["K"], p["V"]
            rows = []
            for e in range(h.shape[0]):
                n = lengths[e]
                q, k, v = own.query(h[e]), torch.cat([K, own.key(h[e, :n])]), torch.cat([V, own.value(h[e, :n])])
                heads = [torch.softmax(q[:, at : at + 8] @ k[:, at : at + 8].T / math.sqrt(8), -1) @ v[:, at : at + 8] for at in (0, 8)]
                rows.append(torch.cat(heads, -1))
            return torch.stack(rows), None

        lengths = {}
        own.forward = forward
        model.register_forward_pre_hook(lambda _, args, kwargs: lengths.update(enumerate(kwargs["attention_mask"].sum(-1).tolist())), with_kwargs=True)

    return by_formula(initial, attach)


def stack():
    """LoRA, and a bottleneck on what it leaves where both stand, at the feed-forward's output."""
    wide = lambda site: 32 if site.endswith(".output") else 16
    initial = {site: {"1.A": fixture.given(random, wide(site), 2, scale=0.25), "1.B": fixture.given(random, 2, 16, scale=0.1)} for site in sites("attention.query", "output")}
    for site in sites("output"):
        initial[site] |= {"2.D": fixture.given(random, 16, 4, scale=0.25), "2.b": fixture.given(random, 4, scale=0.1), "2.U": fixture.given(random, 4, 16, scale=0.25), "2.c": fixture.given(random, 16, scale=0.1)}

    def attach(model, site, p):
        def update(_, inputs, y):
            y = y + 3 / 2 * (inputs[0] @ p["1.A"] @ p["1.B"])
            return y + torch.nn.functional.gelu(y @ p["2.D"] + p["2.b"]) @ p["2.U"] + p["2.c"] if "2.D" in p else y

        model.get_submodule(theirs(site)).register_forward_hook(update)

    return by_formula(initial, attach)


variants = {
    "lora, rank-stabilised": {"adapter": {"name": "lora", "rank": 3, "alpha": 4, "scaling": "rank_stabilised"}, **lora(3, 4, ["attention.query", "attention.value"], kind="rank_stabilised")},
    "lora, decomposed": {"adapter": {"name": "lora", "rank": 2, "alpha": 3, "decomposed": True, "targets": ["query", "intermediate"]}, **lora(2, 3, ["attention.query", "intermediate"], kind="decomposed")},
    "ia3": {"adapter": {"name": "ia3"}, **ia3()},
    "layer_norm": {"adapter": {"name": "layer_norm"}, **layer_norm()},
    "bitfit": {"adapter": {"name": "bitfit"}, **bitfit()},
    "full": {"adapter": {"name": "full", "targets": ["value"]}, **full()},
    "sparse": {"adapter": {"name": "sparse", "share": 0.04, "targets": ["value", "output"]}, **sparse()},
    "bottleneck, parallel": {"adapter": {"name": "bottleneck", "reduction": 4, "place": "parallel", "scale": 4}, **parallel()},
    "compacter": {"adapter": {"name": "compacter", "reduction": 4, "n": 2, "place": "compacter_plus_plus"}, **compacter()},
    "prefix": {"adapter": {"name": "prefix", "length": 3}, **prefix(0)},
    "prefix, reparameterised": {"adapter": {"name": "prefix", "length": 3, "hidden": 5}, **prefix(5)},
    "stack": {"adapter": {"name": "stack", "of": [{"name": "lora", "rank": 2, "alpha": 3, "targets": ["query", "output"]}, {"name": "bottleneck", "reduction": 4, "activation": "gelu"}]}, **stack()},
}
fixture.write(
    "adapters",
    "10 AdamW steps of each kind of adapter and a linear head on tiny_bert/, in float64: lora, ia3 and layer_norm by HF PEFT; bitfit, full and sparse by training the model's own weights; others by formula",
    {
        "variants": "{name: {adapter: its options, initial: {site: {parameter: values}}, logits: [example][3] at the start, losses: [step] before its update, final_logits}}",
        "head": "W [16, 3], b [3] at the start; logits = pooled W + b, pooled = masked mean of the last hidden states",
        "settings": "AdamW without weight decay; the loss is the mean cross entropy of a batch",
        "ids / labels / batches": curve.LAYOUT["ids"] + "; [example], 0..2; [step][examples of the batch]",
    },
    settings=SETTINGS,
    ids=IDS,
    labels=curve.LABELS,
    batches=ORDER,
    head=HEAD,
    variants=variants,
)
