"""The library of library.py in peft: the folders of its modules, and the logits of a model made of them."""
import os

import torch
from peft import LoraConfig, get_peft_model

import library
import tiny
from library import IDS, Library


class Wrapped(torch.nn.Module):
    """The backbone under the name `model`, which peft's X-LoRA expects in the names of weights."""

    def __init__(self):
        super().__init__()
        self.model = tiny.frozen(tiny.CHECKPOINT)
        self.config = self.model.config
        self.config.use_cache = False

    def forward(self, **given):
        return self.model(**given)


def peft_folders(place):
    """The modules as PEFT writes them."""
    folders = []
    for number, module in enumerate(library.GIVEN["modules"]):
        model = get_peft_model(Wrapped(), LoraConfig(r=4, lora_alpha=8, target_modules=["query", "value"], lora_dropout=0.0))
        for site, parameters in module.items():
            layer, role = site.split(".")[1], site.split(".")[-1]
            target = getattr(model.base_model.model.model.encoder.layer[int(layer)].attention.self, role)
            target.lora_A["default"].weight.data = torch.tensor(parameters["A"], dtype=torch.float64).T.contiguous()
            target.lora_B["default"].weight.data = torch.tensor(parameters["B"], dtype=torch.float64).T.contiguous()
        folders.append(os.path.join(place, f"module_{number}"))
        model.save_pretrained(folders[-1])
    return folders


def pooled_logits(model, dtype=torch.float64):
    ids, mask = tiny.padded(IDS)
    network = Library(dtype)
    with torch.no_grad():
        hidden = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).last_hidden_state
    return tiny.pooled(hidden, mask) @ network.W + network.b
