"""Exports of the tiny checkpoints by PyTorch's two exporters, as optimum lays them out (`onnx/` in the folder of the model), and small graphs made by hand."""
import logging
import os
import shutil
import tempfile
import warnings

import numpy as np
import onnx as format
import torch
import transformers
from onnx import TensorProto, helper, numpy_helper

import fixture
from fixture import FOLDER

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
BERT = os.path.join(FOLDER, "tiny_bert")


class States(torch.nn.Module):
    """A network as exporters wrap it: the states of the last layer alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        more = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        if getattr(self.model.config, "use_cache", None) is not None:
            more["use_cache"] = False
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **more).last_hidden_state


def bare(model):
    """Without the notes that exporters leave on every node, and with short names, or none where no message needs one: they make most of a small file."""
    short = {}
    named = lambda value: short.setdefault(value, f"/{len(short)}") if value.startswith("/") else value
    for node in model.graph.node:
        node.doc_string = ""
        node.name = "" if node.op_type in ("Constant", "Concat", "Unsqueeze") else node.name
        del node.metadata_props[:]
        node.input[:] = [named(value) for value in node.input]
        node.output[:] = [named(value) for value in node.output]
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        value.doc_string = ""
        del value.metadata_props[:]
    del model.graph.value_info[:], model.metadata_props[:], model.graph.metadata_props[:]
    return model


def export(folder, name, attention, opset=None, external=False, types=False):
    """`opset`: TorchScript's exporter with that operator set; without it the one on torch.export."""
    path = os.path.join(folder, "onnx", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation=attention, dtype=torch.float32).eval()
    inputs = {"input_ids": torch.tensor([[2, 10, 11, 3, 0, 0], [2, 10, 11, 12, 13, 3]]), "attention_mask": torch.tensor([[1, 1, 1, 1, 0, 0], [1] * 6])}
    if types:
        inputs["token_type_ids"] = torch.zeros_like(inputs["input_ids"])
    names = dict(input_names=list(inputs), output_names=["last_hidden_state"])
    if opset:
        axes = {name: {0: "batch", 1: "sequence"} for name in [*inputs, "last_hidden_state"]}
        torch.onnx.export(States(model), tuple(inputs.values()), path, dynamo=False, opset_version=opset, dynamic_axes=axes, **names)
    else:
        batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence")
        axes = tuple({0: batch, 1: sequence} for _ in inputs)
        torch.onnx.export(States(model), tuple(inputs.values()), path, dynamo=True, opset_version=18, external_data=external, dynamic_shapes=axes, verbose=False, **names)
    format.save(bare(format.load(path, load_external_data=False)), path)
    print(f"{os.path.relpath(path, FOLDER)}: {os.path.getsize(path)} bytes")


def gpt2():
    """A family that has no backbone of its own, queries, keys and values in one layer: the graph alone, and its states."""
    folder = os.path.join(FOLDER, "tiny_gpt2")
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng(5)
    config = transformers.GPT2Config(vocab_size=60, n_positions=32, n_embd=8, n_layer=2, n_head=2, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0)
    model = transformers.GPT2Model(config).eval()
    for name, value in sorted(model.named_parameters()):
        value.data = torch.tensor(random.normal(size=tuple(value.shape)) * 0.4, dtype=torch.float32)
    shutil.copy(os.path.join(BERT, "tokenizer.json"), folder)
    with tempfile.TemporaryDirectory() as saved:
        model.save_pretrained(saved)
        export(saved, "model.onnx", "eager", opset=17)
        shutil.copy(os.path.join(saved, "onnx", "model.onnx"), folder)
    ids = [[2, 20, 21, 22, 3], [2, 3]]
    fixture.write(
        "tiny_gpt2",
        "States of the last layer of the random GPT-2 in tiny_gpt2/ (2 layers x 8, 2 heads), in float64",
        {"hidden": "[text][token][8]"},
        ids=ids,
        hidden=[model.double()(input_ids=torch.tensor([row])).last_hidden_state[0] for row in ids],
    )


def by_hand(name, nodes, constants, shape=("batch", "sequence")):
    """A graph from input_ids to last_hidden_state."""
    graph = helper.make_graph(
        [helper.make_node(op, inputs, outputs, name=outputs[0] + "_node", domain=more.pop("domain", ""), **more) for op, inputs, outputs, more in nodes],
        "by_hand",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, 4])],
        [value if isinstance(value, TensorProto) else numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    path = os.path.join(BERT, "onnx", name)
    format.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="by hand"), path)
    print(f"{name}: {os.path.getsize(path)} bytes")


def small():
    random = np.random.default_rng(7)
    table, matrix = random.normal(size=(60, 4)).astype(np.float32), random.normal(size=(4, 4)).astype(np.float32)
    words = lambda: ("Gather", ["table", "input_ids"], ["words"], {})
    whole = lambda *size: random.integers(-100, 100, size).astype(np.int8)
    by_hand(
        "dequantised.onnx",
        [
            ("DequantizeLinear", ["table_int8", "table_scale"], ["table"], {}),
            ("DequantizeLinear", ["matrix_int8", "matrix_scale", "matrix_zero"], ["matrix"], {"axis": 1}),
            words(),
            ("MatMul", ["words", "matrix"], ["last_hidden_state"], {}),
        ],
        {
            "table_int8": whole(60, 4),
            "table_scale": np.float32(0.02),
            "matrix_int8": whole(4, 4),
            "matrix_scale": np.float32([0.01, 0.02, 0.03, 0.04]),
            "matrix_zero": np.int8([3, 0, -7, 1]),
        },
    )
    quantised = ["words_int8", "words_scale", "words_zero"]
    by_hand(
        "quantised.onnx",
        [
            words(),
            ("DynamicQuantizeLinear", ["words"], quantised, {}),
            ("MatMulInteger", ["words_int8", "matrix_int8", "words_zero"], ["product"], {}),
            ("Cast", ["product"], ["floats"], {"to": 1}),
            ("Mul", ["floats", "words_scale"], ["last_hidden_state"], {}),
        ],
        {"table": table, "matrix_int8": whole(4, 4)},
    )
    halves = np.zeros((60, 4), np.float16)
    halves[2], halves[3] = [1.5, -65504, 2**-20, -0.1], [2**-14, 3, 0.333, -2]
    by_hand(
        "half.onnx",
        [words(), ("Cast", ["words"], ["floats"], {"to": 1}), ("Cast", ["bias"], ["wide"], {"to": 1}), ("Add", ["floats", "wide"], ["last_hidden_state"], {})],
        {"table": halves, "bias": helper.make_tensor("bias", TensorProto.FLOAT16, [4], [0, 4, 0.5, 1])},
    )
    by_hand("unknown.onnx", [words(), ("Hardmax", ["words"], ["last_hidden_state"], {})], {"table": table})
    by_hand("fixed.onnx", [words(), ("Tanh", ["words"], ["last_hidden_state"], {})], {"table": table}, (1, 16))
    by_hand(
        "rounded.onnx",
        [
            words(),
            ("Round", ["words"], ["whole"], {}),
            ("MatMul", ["whole", "matrix"], ["lower"], {}),
            ("Floor", ["lower"], ["floor"], {}),
            ("MatMul", ["floor", "matrix"], ["last_hidden_state"], {}),
        ],
        {"table": table, "matrix": matrix},
    )


def main():
    export(BERT, "script.onnx", "eager", opset=14, types=True)
    export(BERT, "dynamo.onnx", "sdpa", external=True, types=True)
    export(os.path.join(FOLDER, "families", "roberta"), "model.onnx", "sdpa")
    export(os.path.join(FOLDER, "families", "modernbert"), "model.onnx", "eager", opset=17)
    export(os.path.join(FOLDER, "tiny_decoders", "llama"), "model.onnx", "sdpa")
    gpt2()
    small()


main()
