"""Random encoders of each family, small enough to lie beside the tests, with their tokenizers and hidden states."""
import json
import math
import os
import re
from collections import Counter

import numpy as np
import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import fixture

CORPUS = [
    "the rain falls on the cold road and the wind blows",
    "bake the bread and cook the warm soup with rice and salt",
    "will the last train to the old town leave late today",
    "I walk to the bus, and then I eat hot soup with bread!",
    "what is the weather like where the storm blows?",
]
TEXTS = ["the warm soup", "will the cold wind blow on the road today?"]
TRICKY = [
    "", " ", "  two  spaces ", "caf\u00e9 na\u00efve \ufb01ne \u2167", "e\u0301 combined", "\u65e5\u672c\u8a9e and Latin", "smile \U0001f642\U0001f44d\U0001f3fd done",
    "tab\tnew\nline", "a <mask> and [MASK] x", "\u03a3\u0391\u03a3 \u038c\u03a3\u039f\u03a3", "don't WON'T I'M", "a\u00a0b\u200bc", "3.14% of $20", "stra\u00dfe \u0130stanbul",
]
WIDTH, HEADS, INTERMEDIATE, POSITIONS = 8, 2, 12, 40
WORDPIECE = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BYTES = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PIECES = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]


def wordpiece():
    """As BERT and DistilBERT bring it. Trained ones differ from run to run: letters, and the words that come more than once."""
    words = re.findall(r"\w+", " ".join(CORPUS).lower())
    letters = sorted(set("".join(words)))
    frequent = sorted({word for word in words if words.count(word) > 1})
    pieces = WORDPIECE + letters + ["##" + letter for letter in letters] + list("?!.,") + frequent
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens(WORDPIECE)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    framed(tokenizer, "[CLS]", "[SEP]", decoders.WordPiece())
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def byte_pairs(roberta=False):
    """As RoBERTa and ModernBERT bring it: every byte is in the alphabet. RoBERTa has a frame of its own kind, and a mask that eats the space before it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = None if roberta else normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = BYTES[:4] + [AddedToken("<mask>", lstrip=roberta)]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    framed(tokenizer, "<s>", "</s>", decoders.ByteLevel())
    if roberta:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def unigram():
    """As ALBERT and XLM-RoBERTa bring it, with a normalizer that is written out. Trained ones differ from run to run: words and letters by their counts."""
    words = ["\u2581" + word for text in CORPUS for word in text.lower().split()]
    counts = Counter(letter for word in words for letter in word) + Counter(word for word in words if words.count(word) > 1)
    pieces = sorted(counts, key=lambda piece: (-counts[piece], piece))
    total = sum(counts.values())
    scored = [(piece, 0.0) for piece in PIECES] + [(piece, round(math.log(counts[piece] / total), 4)) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=1))
    tokenizer.add_special_tokens(PIECES)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    return framed(tokenizer, "[CLS]", "[SEP]", decoders.Metaspace())


def framed(tokenizer, first, last, decoder):
    ids = [(token, tokenizer.token_to_id(token)) for token in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}", special_tokens=ids)
    tokenizer.decoder = decoder
    return tokenizer


SHAPE = dict(hidden_size=WIDTH, num_attention_heads=HEADS, intermediate_size=INTERMEDIATE, max_position_embeddings=POSITIONS)
QUIET = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def families():
    """Name, tokenizer, class of the network, class that it is saved as (a head brings a prefix), configuration."""
    yield "roberta", byte_pairs(roberta=True), transformers.RobertaModel, transformers.RobertaForMaskedLM, transformers.RobertaConfig(
        num_hidden_layers=2, type_vocab_size=1, layer_norm_eps=1e-5, vocab_size=300, **SHAPE, **QUIET)
    yield "xlm_roberta", unigram(), transformers.XLMRobertaModel, transformers.XLMRobertaForTokenClassification, transformers.XLMRobertaConfig(
        num_hidden_layers=2, type_vocab_size=1, layer_norm_eps=1e-5, vocab_size=60, hidden_act="relu", **SHAPE, **QUIET)
    yield "distilbert", wordpiece(), transformers.DistilBertModel, transformers.DistilBertModel, transformers.DistilBertConfig(
        n_layers=2, dim=WIDTH, n_heads=HEADS, hidden_dim=INTERMEDIATE, max_position_embeddings=POSITIONS, vocab_size=70, dropout=0.0, attention_dropout=0.0)
    yield "albert", unigram(), transformers.AlbertModel, transformers.AlbertForSequenceClassification, transformers.AlbertConfig(
        num_hidden_layers=3, num_hidden_groups=2, inner_group_num=2, embedding_size=4, type_vocab_size=2, vocab_size=60, hidden_act="gelu_new", **SHAPE, **QUIET)
    yield "modernbert", byte_pairs(), transformers.ModernBertModel, transformers.ModernBertForMaskedLM, transformers.ModernBertConfig(
        num_hidden_layers=4, local_attention=6, vocab_size=300, pad_token_id=1, bos_token_id=0, cls_token_id=0, eos_token_id=2, sep_token_id=2, **SHAPE)


def strangers():
    """A family that no plugin of ours reads: docs/write_a_backbone.md does."""
    yield "electra", wordpiece(), transformers.ElectraModel, transformers.ElectraForPreTraining, transformers.ElectraConfig(
        num_hidden_layers=2, embedding_size=4, type_vocab_size=2, vocab_size=70, **SHAPE, **QUIET)


def drawn(model, seed):
    random = np.random.default_rng(seed)
    for name, value in sorted(model.named_parameters()):
        gain = "norm" in name.lower() and name.endswith("weight")
        around, scale = (1, 0.15) if gain else (0, 0.15) if name.endswith("bias") else (0, 0.4)
        value.data = torch.tensor(around + random.normal(size=tuple(value.shape)) * scale, dtype=value.dtype)
    model.tie_weights()
    return model


def states(network, folder, ids):
    """Last hidden states of each text by itself in float64, how far float32 is away, and their means."""
    model = network.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    run = lambda: [model(input_ids=torch.tensor([row])).last_hidden_state[0] for row in ids]
    with torch.no_grad():
        hidden = run()
        model.float()
        low = run()
    return hidden, fixture.deviation(hidden, low), [state.mean(0) for state in hidden]


def saved(model, tokenizer, folder, **more):
    os.makedirs(folder, exist_ok=True)
    for entry in os.scandir(folder):  # folders in it are made by other scripts
        if entry.is_file():
            os.remove(entry.path)
    model.save_pretrained(folder, **more)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    path = os.path.join(folder, "tokenizer.json")
    with open(path) as file:
        content = json.load(file)
    with open(path, "w") as file:
        file.write(json.dumps(content, ensure_ascii=False) + "\n")
    if os.path.exists(os.path.join(folder, "generation_config.json")):
        os.remove(os.path.join(folder, "generation_config.json"))


def golden(members, parent):
    """Saves each network and runs it; by folder."""
    made = {}
    for number, (name, tokenizer, network, whole, config) in enumerate(members):
        model = drawn(whole(config), 20261124 + number)
        ids = [tokenizer.encode(text).ids for text in TEXTS]
        variants = {name: {}}
        if name == "distilbert":
            variants |= {"distilbert_sharded": dict(max_shard_size="4KB"), "distilbert_half": {}, "distilbert_bfloat": {}}
        for variant, more in variants.items():
            folder = os.path.join(parent, variant)
            dtype = torch.float16 if variant.endswith("half") else torch.bfloat16 if variant.endswith("bfloat") else torch.float32
            saved(model.to(dtype), tokenizer, folder, **more)
            hidden, low, pooled = states(network, folder, ids)
            made[variant] = dict(plugin="roberta" if name == "xlm_roberta" else name, float32_deviation=low, ids=ids, hidden=hidden, pooled=pooled)
        made[name]["tricky"] = [tokenizer.encode(text).ids for text in TRICKY]
    return made


def main():
    layout = {
        "families": "by folder; plugin: the backbone that reads it; ids: [text][token]; hidden: [text][token][8]; pooled: [text][8], mean over the tokens; tricky: ids of those texts",
        "float32_deviation": "largest difference when torch computes the same in float32",
    }
    what = "Last hidden states of random encoders (8 wide, 2 heads) in {} on two texts, each text by itself, in float64 from the stored weights"
    fixture.write("families", what.format("families/"), layout, texts=TEXTS, tricky=TRICKY, families=golden(families(), os.path.join(fixture.FOLDER, "families")))
    fixture.write("strangers", what.format("strangers/"), layout, texts=TEXTS, tricky=TRICKY, families=golden(strangers(), os.path.join(fixture.FOLDER, "strangers")))


main()
