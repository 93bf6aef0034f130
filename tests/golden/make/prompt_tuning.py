"""Prompt tuning by HF PEFT: folders as it writes them, states on every family, ten steps of training on the tiny BERT, and what a decoder generates."""
import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # names of base models are those of folders here

import numpy as np
import torch
import transformers
from peft import PeftModel, PromptTuningConfig, get_peft_model

import curve
import fixture
import tiny

FOLDER = os.path.join(fixture.FOLDER, "prompts")
COUNT, STEPS = 3, 10
IDS = [[2, 7, 11, 5, 3], [2, 30, 12, 12, 25, 9, 3], [2, 3]]
BASES = ["tiny_bert", "families/roberta", "families/distilbert", "families/albert", "families/modernbert", "tiny_decoders/llama", "tiny_decoders/mistral", "tiny_decoders/qwen3", "tiny_t5/first"]
ANSWERS = [[[8, 5, 1], [30, 1], [6, 6, 9, 4, 1]], "tiny_t5/gated"]


def loaded(base):
    network = transformers.AutoModelForCausalLM if base.startswith("tiny_decoders") else transformers.T5EncoderModel if base == "tiny_t5/first" else transformers.AutoModel
    return network.from_pretrained(os.path.join(fixture.FOLDER, base), attn_implementation="eager", dtype=torch.float32)


def prompted(base, tokens):
    task = "CAUSAL_LM" if base.startswith("tiny_decoders") else "FEATURE_EXTRACTION"
    model = get_peft_model(loaded(base), PromptTuningConfig(task_type=task, num_virtual_tokens=len(tokens), token_dim=np.shape(tokens)[1], num_layers=2, num_attention_heads=2, num_transformer_submodules=1))
    model.prompt_encoder["default"].embedding.weight.data = torch.tensor(tokens, dtype=torch.float32)
    return model


def states(model):
    """Of the last layer in float64 at the tokens of the texts, each text by itself."""
    model = model.double().eval()
    outputs = []
    with torch.no_grad():
        for row in IDS:
            ids = torch.tensor([row])
            output = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
            outputs.append(output.hidden_states[-1][0, -len(row) :])
    return outputs


def training(random):
    """The prompt and a head on the masked mean of the text's tokens."""
    tokens = fixture.given(random, COUNT, 16, scale=0.5)
    head = {"W": fixture.given(random, 16, 3, scale=0.2), "b": fixture.given(random, 3, scale=0.1)}
    model = prompted("tiny_bert", tokens).double().eval()
    ids, order = curve.examples(), curve.batch_order(51)[:STEPS]
    P = model.prompt_encoder["default"].embedding.weight
    H = {name: torch.tensor(value, requires_grad=True) for name, value in head.items()}

    def logits(rows):
        x, mask = tiny.padded([ids[i] for i in rows])
        return tiny.pooled(model(input_ids=x, attention_mask=mask).last_hidden_state[:, COUNT:], mask) @ H["W"] + H["b"]

    adamw = torch.optim.AdamW([P, *H.values()], lr=1e-2, weight_decay=0)
    losses, first = [], None
    for n, rows in enumerate(order):
        loss = torch.nn.functional.cross_entropy(logits(rows), torch.tensor([curve.LABELS[i] for i in rows]))
        adamw.zero_grad()
        loss.backward()
        first = P.grad.clone() if first is None else first
        losses.append(loss.item())
        for group in adamw.param_groups:
            group["lr"] = 1e-2 * (1 - n / STEPS)
        adamw.step()
    with torch.no_grad():
        last = logits(range(len(ids)))
    return dict(ids=ids, labels=curve.LABELS, batches=order, initial={"P": tokens, **head}, first_gradient=first, losses=losses, final={"P": P.detach()}, final_logits=last)


def generated(model):
    """The likeliest next token again and again, each time from the whole text: PEFT's generate counts positions without the prompt after its first step."""
    model = model.double().eval()
    prompts, texts = [[1, 5, 9, 4], [1, 20, 8]], []
    for row in prompts:
        text = list(row)
        for _ in range(8):
            ids = torch.tensor([text])
            with torch.no_grad():
                text.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -1].argmax().item())
        texts.append(text[len(row) :])
    return dict(prompts=prompts, texts=texts)


def answering(folder):
    """An encoder and a decoder, with the number of stacks that PEFT takes by default: the prompt stands before the text alone. Mean loss of an answer, and greedy answers."""
    answers, base = ANSWERS
    network = transformers.T5ForConditionalGeneration.from_pretrained(os.path.join(fixture.FOLDER, base), attn_implementation="eager", dtype=torch.float32)
    model = get_peft_model(network, PromptTuningConfig(task_type="SEQ_2_SEQ_LM", num_virtual_tokens=COUNT))
    weight = model.prompt_encoder["default"].embedding.weight
    weight.data = torch.tensor(np.random.default_rng(80).normal(size=tuple(weight.shape)) * 0.5, dtype=torch.float32)
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "README.md"))
    model = model.double().eval()
    given = lambda row: dict(input_ids=torch.tensor([row]), attention_mask=torch.ones(1, len(row), dtype=torch.long))
    losses, texts = [], []
    with torch.no_grad():
        for row, answer in zip(IDS, answers, strict=True):
            losses.append(model(**given(row), labels=torch.tensor([answer])).loss.item())
            text = [network.config.decoder_start_token_id]
            for _ in range(6):
                text.append(model(**given(row), decoder_input_ids=torch.tensor([text])).logits[0, -1].argmax().item())
            texts.append(text[1:])
    return dict(base=base, answers=answers, losses=losses, texts=texts)


def make():
    shutil.rmtree(FOLDER, ignore_errors=True)
    folders, written = {}, {}
    for number, base in enumerate(BASES):
        random = np.random.default_rng(60 + number)
        width = loaded(base).get_input_embeddings().weight.shape[1]
        model = prompted(base, random.normal(size=(COUNT, width)) * 0.5)
        model.peft_config["default"].base_model_name_or_path = base
        folder = os.path.join(FOLDER, base.split("/")[-1])
        model.save_pretrained(folder)
        os.remove(os.path.join(folder, "README.md"))
        if base == "tiny_decoders/llama":
            written = generated(model)
        folders[base.split("/")[-1]] = {"base": base, "hidden": states(model)}
    fixture.write(
        "prompt_tuning",
        "Prompt tuning by HF PEFT in float64: last hidden states at the tokens of the texts under the prompts in prompts/, 10 AdamW steps of a prompt of 3 tokens and a head on tiny_bert/, greedy generation of tiny_decoders/llama under its prompt",
        {
            "ids / folders": "[text][token]; by folder in prompts/: base, hidden [text][token][width]",
            "curve": "{ids, labels, batches, initial: {P, W, b}, first_gradient: of P, losses [step] before its update, final: {P}, final_logits}; the learning rate 1e-2 (1 - n/10), no weight decay; logits = masked mean of the text's own tokens W + b",
            "answered": "under prompts/t5_answers, an encoder-decoder: {base, answers: [text][token], losses: [text] mean over the answer's tokens, texts: 6 tokens of each greedy answer}",
            "generated": "{prompts, texts: 8 tokens that follow each}",
        },
        ids=IDS,
        folders=folders,
        curve=training(np.random.default_rng(50)),
        generated=written,
        answered=answering(os.path.join(FOLDER, "t5_answers")),
    )


def check(parent):
    """Folders that l2r wrote, under the same names, loaded by PEFT: they give the same states."""
    with open(os.path.join(fixture.FOLDER, "prompt_tuning.json")) as file:
        golden = json.load(file)["folders"]
    for name in sorted(os.listdir(parent)):
        model = PeftModel.from_pretrained(loaded(golden[name]["base"]), os.path.join(parent, name))
        gap = fixture.deviation(fixture.plain(states(model)), golden[name]["hidden"])
        print(f"{name}: {gap:.1e}")
        assert gap < 1e-5, name


check(sys.argv[1]) if len(sys.argv) > 1 else make()
