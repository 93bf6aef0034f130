"""Tiny checkpoints as optimum exports them, one with a head; optimum goes with older transformers: `pip install -r make/requirements_optimum.txt` apart."""
import os
import shutil
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import onnx
import torch
from optimum.exporters.onnx import main_export

FOLDER = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
EXPORTS = {
    "distilbert": ("families/distilbert", "feature-extraction"),
    "llama": ("tiny_decoders/llama", "feature-extraction"),
    "classes": ("families/distilbert", "text-classification"),
}

for name, (base, task) in EXPORTS.items():
    place = os.path.join(FOLDER, "optimum", name)
    os.makedirs(place, exist_ok=True)
    torch.manual_seed(0)  # the head of classes is drawn
    with tempfile.TemporaryDirectory() as folder:
        main_export(os.path.join(FOLDER, base), output=folder, task=task)
        model = onnx.load(os.path.join(folder, "model.onnx"))
    for node in model.graph.node:
        node.doc_string = ""  # tracebacks with paths of the machine
    onnx.save(model, os.path.join(place, "model.onnx"))
    shutil.copy(os.path.join(FOLDER, base, "tokenizer.json"), place)
    print(f"{name}: {os.path.getsize(os.path.join(place, 'model.onnx'))} bytes")
