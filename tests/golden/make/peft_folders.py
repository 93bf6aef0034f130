"""Folders as HF PEFT writes them for modules of each kind on each family, and the states that PEFT computes with them."""
import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # names of base models are those of folders here

import numpy as np
import torch
import transformers
from peft import IA3Config, LNTuningConfig, LoraConfig, PeftModel, PrefixTuningConfig, get_peft_model
from safetensors.torch import load_file

import fixture

FOLDER = os.path.join(fixture.FOLDER, "peft")
DECODERS = ("tiny_decoders/llama", "tiny_decoders/qwen2")
IDS = [[2, 7, 11, 5, 3], [2, 30, 12, 12, 25, 9, 3], [2, 3]]
LLAMA_FF = dict(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"])


def modules():
    """Folder, base model, how it is loaded, PEFT's configuration."""
    states, causal, classes = transformers.AutoModel, transformers.AutoModelForCausalLM, transformers.AutoModelForSequenceClassification
    yield "bert_lora", "tiny_bert", states, LoraConfig(r=2, lora_alpha=3, lora_dropout=0.1, target_modules=["query", "value"])
    yield "bert_lora_layer", "tiny_bert", states, LoraConfig(r=2, lora_alpha=4, target_modules=["output.dense", "key"], layers_to_transform=[1])
    yield "bert_dora", "tiny_bert", states, LoraConfig(r=2, lora_alpha=3, target_modules=r".*\.(query|intermediate\.dense)", use_dora=True)
    yield "bert_ia3", "tiny_bert", states, IA3Config()
    yield "bert_ln", "tiny_bert", states, LNTuningConfig(target_modules=["LayerNorm"])
    yield "bert_classes", "tiny_bert", classes, LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["query", "value"])
    yield "roberta_rslora", "families/roberta", states, LoraConfig(r=3, lora_alpha=4, target_modules="all-linear", exclude_modules=["pooler.dense"], use_rslora=True)
    yield "roberta_ia3", "families/roberta", states, IA3Config()
    yield "distilbert_dora", "families/distilbert", states, LoraConfig(r=2, lora_alpha=5, target_modules=["q_lin", "out_lin", "lin2"], use_dora=True)
    yield "distilbert_ia3", "families/distilbert", states, IA3Config(target_modules=["k_lin", "v_lin", "ffn.lin2"], feedforward_modules=["ffn.lin2"])
    yield "distilbert_ln", "families/distilbert", states, LNTuningConfig(target_modules=["sa_layer_norm", "output_layer_norm"])
    yield "llama_lora", "tiny_decoders/llama", causal, LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules="all-linear")
    yield "llama_ln", "tiny_decoders/llama", causal, LNTuningConfig(task_type="CAUSAL_LM", target_modules=["input_layernorm", "post_attention_layernorm", "norm"])
    yield "qwen2_ia3", "tiny_decoders/qwen2", states, IA3Config(**LLAMA_FF)
    yield "llama_prefix", "tiny_decoders/llama", causal, PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    yield "qwen2_classes", "tiny_decoders/qwen2", classes, LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["q_proj", "v_proj"], use_dora=True)
    answers = transformers.AutoModelForSeq2SeqLM
    yield "t5_lora", "tiny_t5/gated", answers, LoraConfig(task_type="SEQ_2_SEQ_LM", r=2, lora_alpha=6, target_modules=["q", "v"])
    yield "t5_dora", "tiny_t5/gated", answers, LoraConfig(task_type="SEQ_2_SEQ_LM", r=2, lora_alpha=3, target_modules=["k", "o", "wi_0", "wi_1"], use_dora=True)
    yield "t5_ia3", "tiny_t5/first", answers, IA3Config(task_type="SEQ_2_SEQ_LM")
    yield "t5_ln", "tiny_t5/first", answers, LNTuningConfig(task_type="SEQ_2_SEQ_LM", target_modules=["layer_norm", "final_layer_norm"])
    yield "modernbert_lora", "families/modernbert", states, LoraConfig(r=2, lora_alpha=3, target_modules=["Wo"])
    yield "modernbert_ia3", "families/modernbert", states, IA3Config(target_modules=["mlp.Wo"], feedforward_modules=["mlp.Wo"])
    yield "modernbert_ln", "families/modernbert", states, LNTuningConfig(target_modules=["mlp_norm", "final_norm"])
    yield "xlm_roberta_lora", "families/xlm_roberta", states, LoraConfig(r=2, lora_alpha=3, target_modules=["key", "intermediate.dense"])
    yield "xlm_roberta_ln", "families/xlm_roberta", states, LNTuningConfig(target_modules=["LayerNorm"])
    yield "mistral_dora", "tiny_decoders/mistral", causal, LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules=["q_proj", "o_proj", "gate_proj"], use_dora=True)
    yield "qwen3_ia3", "tiny_decoders/qwen3", causal, IA3Config(task_type="CAUSAL_LM", **LLAMA_FF)
    yield "qwen3_prefix", "tiny_decoders/qwen3", causal, PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2)


def loaded(base, network):
    more = {"num_labels": 3, "pad_token_id": 0} if network is transformers.AutoModelForSequenceClassification else {}
    return network.from_pretrained(os.path.join(fixture.FOLDER, base), attn_implementation="eager", dtype=torch.float32, **more)


def states(model):
    """Of the last layer in float64, each text by itself; and logits of classes where the model has them. A decoder with an encoder answers with the text again."""
    model = model.double().eval()
    if model.config.is_encoder_decoder:
        with torch.no_grad():
            outputs = [model(input_ids=torch.tensor([row]), decoder_input_ids=torch.tensor([[0, *row[:-1]]]), output_hidden_states=True) for row in IDS]
        return {"hidden": [output.decoder_hidden_states[-1][0] for output in outputs]}
    with torch.no_grad():
        outputs = [model(input_ids=torch.tensor([row]), output_hidden_states=True) for row in IDS]
    hidden = [output.hidden_states[-1][0] for output in outputs]
    ours = [output.logits[0] for output in outputs] if getattr(model.config, "num_labels", 0) == 3 else None
    return {"hidden": hidden} | ({"logits": ours} if ours else {})


def make():
    shutil.rmtree(FOLDER, ignore_errors=True)
    made = {}
    for number, (name, base, network, config) in enumerate(modules()):
        torch.manual_seed(0)
        random = np.random.default_rng(40 + number)
        model = get_peft_model(loaded(base, network), config)
        for key, value in sorted(model.named_parameters()):
            if value.requires_grad:
                spread = 1.0 if "prompt" in key else 0.3
                around = value.data.numpy() if "magnitude" in key else 1 if "ia3" in key or key.endswith("layers.default.weight") else 0
                value.data = torch.tensor(around + random.normal(size=tuple(value.shape)) * spread, dtype=torch.float32)
        model.peft_config["default"].base_model_name_or_path = base
        folder = os.path.join(FOLDER, name)
        model.save_pretrained(folder)
        os.remove(os.path.join(folder, "README.md"))
        path = os.path.join(folder, "adapter_config.json")
        with open(path) as file:
            written = json.load(file)
        written = {key: sorted(value) if key in ("target_modules", "feedforward_modules") and isinstance(value, list) else value for key, value in written.items()}
        with open(path, "w") as file:
            file.write(json.dumps(written, indent=1) + "\n")
        made[name] = {"base": base, **states(model)}
    fixture.write(
        "peft",
        "Last hidden states of the models in tiny_bert/, families/, tiny_decoders/ and tiny_t5/ with the modules in peft/, by HF PEFT in float64",
        {"ids": "[text][token]", "folders": "by folder in peft/; base: the base model; hidden: [text][token][width], of tiny_t5/ the decoder's where the answer is the text, after a token 0; logits: [text][3], where the folder holds a head that we read or name"},
        ids=IDS,
        folders=made,
    )


def check(parent):
    """Folders that l2r wrote, under the same names, loaded by PEFT without its head: they give the same states."""
    with open(os.path.join(fixture.FOLDER, "peft.json")) as file:
        golden = json.load(file)["folders"]
    for name in sorted(os.listdir(parent)):
        base = loaded(golden[name]["base"], transformers.AutoModel)
        model = PeftModel.from_pretrained(base, os.path.join(parent, name))
        kept = {key for key in model.state_dict() if any(part in key for part in ("lora_", "ia3_", "ln_tuning_layers"))}
        result = model.load_adapter(os.path.join(parent, name), "default")
        assert not set(result.unexpected_keys) - {"prompt_embeddings"} and not kept & set(result.missing_keys), (name, result)
        hidden = states(model)["hidden"]
        gap = fixture.deviation(fixture.plain(hidden), golden[name]["hidden"])
        if golden[name]["base"] in DECODERS and "logits" in golden[name]:
            head = load_file(os.path.join(parent, name, "head.safetensors"))
            gap = max(gap, fixture.deviation([state[-1].float() @ head["weight"].T + head["bias"] for state in hidden], golden[name]["logits"]))
        print(f"{name}: {gap:.1e}")
        assert gap < 1e-5, name


check(sys.argv[1]) if len(sys.argv) > 1 else make()
