"""The tiny decoders of the fixtures: their configurations, and how they are loaded."""
import os

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from fixture import FOLDER

FOLDERS = os.path.join(FOLDER, "tiny_decoders")
COMMON = dict(
    hidden_act="silu", hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=32,
    max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
)  # fmt: skip
CONFIGS = {
    # as older files write rotary embeddings, with the scaling of Llama 3.1
    "llama": dict(
        COMMON, architectures=["LlamaForCausalLM"], model_type="llama", tie_word_embeddings=True, head_dim=4, mlp_bias=True, rope_theta=100.0,
        rope_scaling=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16),
    ),
    "qwen2": dict(COMMON, architectures=["Qwen2ForCausalLM"], model_type="qwen2", tie_word_embeddings=False, rope_theta=1000.0),
    # as newer files write rotary embeddings; heads are wider than width / heads
    "qwen3": dict(
        COMMON, architectures=["Qwen3ForCausalLM"], model_type="qwen3", tie_word_embeddings=True, head_dim=4, attention_bias=True,
        rope_parameters=dict(rope_type="default", rope_theta=1000.0),
    ),
    "mistral": dict(COMMON, architectures=["MistralForCausalLM"], model_type="mistral", tie_word_embeddings=False, sliding_window=3, rope_theta=100.0),
}  # fmt: skip


def frozen(folder, dtype=torch.float64):
    """A decoder with its head, eager attention."""
    config = AutoConfig.from_pretrained(folder)
    return AutoModelForCausalLM.from_pretrained(folder, config=config, attn_implementation="eager", dtype=torch.float32).to(dtype).eval().requires_grad_(False)


def tiny(name, dtype=torch.float64):
    return frozen(os.path.join(FOLDERS, name), dtype)


def states(model, ids):
    """Hidden states of one text: the input of each block, then the last after the final norm; and the logits of its last token."""
    out = model(input_ids=torch.tensor([ids]), output_hidden_states=True)
    return [state[0] for state in out.hidden_states], out.logits[0, -1]


def generated(model, prompt, new_tokens, **options):
    """What is generated after a prompt, the end token included where there is one."""
    ids = torch.tensor([prompt])
    end = options.pop("eos_token_id", None)
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=new_tokens, do_sample=False, eos_token_id=end, pad_token_id=0, **options)
    new = out[0, len(prompt):].tolist()
    return new[: new.index(end) + 1] if end in new else new
