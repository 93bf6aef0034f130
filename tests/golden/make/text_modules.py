"""The folders that l2r wrote for modules that answer in words, loaded by HF PEFT: the losses of the answers, and what PEFT's generate writes."""
import os

os.environ["HF_HUB_OFFLINE"] = "1"  # names of base models are those of folders here

import torch
from peft import AutoPeftModelForCausalLM, AutoPeftModelForSeq2SeqLM, PeftModelForCausalLM, PeftModelForSeq2SeqLM

import decoder
import fixture
import t5

FOLDER = os.path.join(fixture.FOLDER, "text_modules")
NEW = 7
TEXTS = [[4, 7, 11, 5], [4, 30, 12, 12, 25, 9], [4, 3]]
ANSWERS = [[8, 5, 21], [28], [6, 17, 9, 4]]
# Of decoders, PEFT 0.21.2 generates without the prefix under transformers 5.24, and counts positions without the prompt after its first step.
FROM_FORWARD = ("llama_prefix", "llama_prompt")


def loaded(name):
    """As anyone loads it: the folder says which base model it is for, and that the model writes."""
    network, kind = (AutoPeftModelForSeq2SeqLM, PeftModelForSeq2SeqLM) if name.startswith("t5") else (AutoPeftModelForCausalLM, PeftModelForCausalLM)
    model = network.from_pretrained(os.path.join(FOLDER, name), attn_implementation="eager", dtype=torch.float32)
    assert isinstance(model, kind), f"{name}: {type(model).__name__} has no generate of its own"
    return model.double().eval()


def missing(model, name):
    result = model.load_adapter(os.path.join(FOLDER, name), "default")
    ours = [key for key in result.missing_keys if any(part in key for part in ("lora_", "ia3_", "prompt_encoder"))]
    return [*ours, *(key for key in result.unexpected_keys if key != "prompt_embeddings")]


def scored(model, text, answer):
    """The mean of -log p of the answer's tokens, the end token among them."""
    given = dict(input_ids=torch.tensor([text]), attention_mask=torch.ones(1, len(text), dtype=torch.long))
    if model.config.is_encoder_decoder:
        return model(**given, labels=torch.tensor([answer])).loss
    ids = torch.tensor([[*text, *answer]])
    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -len(answer) - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(answer))


def anew(model, text, end):
    """The likeliest next token, each time from the whole text."""
    tokens = list(text)
    while len(tokens) < len(text) + NEW and tokens[-1] != end:
        ids = torch.tensor([tokens])
        tokens.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -1].argmax().item())
    return tokens[len(text) :]


def written(model, text, end, **options):
    ids = torch.tensor([text])
    out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW, do_sample=False, eos_token_id=end, pad_token_id=0, **options)
    new = out[0, 1:].tolist() if model.config.is_encoder_decoder else out[0, len(text) :].tolist()
    return new[: new.index(end) + 1] if end in new else new


def main():
    os.chdir(fixture.FOLDER)  # the folders name their base models from here
    made = {}
    for name in sorted(os.listdir(FOLDER)):
        model = loaded(name)
        assert not missing(model, name), (name, missing(model, name))
        model = model.double().eval()
        end = model.config.eos_token_id
        with torch.no_grad():
            made[name] = {"losses": [scored(model, text, [*answer, end]) for text, answer in zip(TEXTS, ANSWERS)]}
            if name in FROM_FORWARD:
                made[name]["greedy"] = [anew(model, text, end) for text in TEXTS]
                continue
            made[name]["greedy"] = [written(model, text, end, num_beams=1) for text in TEXTS]
            made[name]["beams_3"] = [written(model, text, end, num_beams=3, length_penalty=1.0) for text in TEXTS]
    fixture.write(
        "text_modules",
        "Modules that l2r trained to answer in words and wrote to text_modules/, loaded by HF PEFT in float64: losses of the answers, and what PEFT's generate writes",
        {
            "texts, answers": "[text][token], answers without the end token",
            "modules": "by folder in text_modules/: losses [text], the mean over the answer's tokens and the end token; greedy and beams_3 [text][token], the end token included where it is reached; of decoders under a prefix or a prompt greedy alone, from PEFT's forward pass",
        },
        texts=TEXTS,
        answers=ANSWERS,
        new_tokens=NEW,
        modules=made,
    )


main()
