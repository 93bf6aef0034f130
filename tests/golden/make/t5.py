"""The tiny encoder-decoders of the fixtures: their configurations, how they are loaded, and what they generate."""
import os

import torch
from transformers import AutoConfig, T5ForConditionalGeneration

from fixture import FOLDER

FOLDERS = os.path.join(FOLDER, "tiny_t5")
COMMON = dict(
    architectures=["T5ForConditionalGeneration"], model_type="t5", vocab_size=40, d_model=8, d_kv=3, d_ff=12, num_heads=2, num_layers=2,
    relative_attention_num_buckets=8, relative_attention_max_distance=16, layer_norm_epsilon=1e-6, decoder_start_token_id=0, pad_token_id=0,
    eos_token_id=1, is_encoder_decoder=True, dropout_rate=0.1, n_positions=64,
)  # fmt: skip
CONFIGS = {
    # the first T5: ReLU, the embeddings serve as head
    "first": dict(COMMON, feed_forward_proj="relu", tie_word_embeddings=True),
    # T5 1.1 and Flan-T5: gated GELU, a head of its own; here with fewer blocks that decode
    "gated": dict(COMMON, feed_forward_proj="gated-gelu", tie_word_embeddings=False, num_decoder_layers=1),
}


def tiny(name, dtype=torch.float64):
    """With eager attention; a head of its own where the file has one."""
    folder = os.path.join(FOLDERS, name)
    config = AutoConfig.from_pretrained(folder)
    model = T5ForConditionalGeneration.from_pretrained(folder, config=config, attn_implementation="eager", dtype=torch.float32)
    return model.to(dtype).eval().requires_grad_(False)


def generated(model, prompt, new_tokens, **options):
    """What is generated for a text, the end token included where there is one."""
    ids = torch.tensor([prompt])
    end = options.pop("eos_token_id", None)
    out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=new_tokens, do_sample=False, eos_token_id=end, pad_token_id=0, **options)
    new = out[0, 1:].tolist()
    return new[: new.index(end) + 1] if end in new else new
