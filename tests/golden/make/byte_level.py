"""Ids and texts of byte-level tokenizers as decoders have them (Llama 3, Qwen2, SmolLM), by Hugging Face's tokenizers."""
import json

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import fixture

CORPUS = """The teacher's pupils didn't know what they'd learnt; they're sure we'll see 1234 more of them in 2024.
Once upon a time there was a little town where the river turned, and the children played there all day long.
def area(width, height):
    return width * height  # in square metres
Der Fluss fliesst durch die Stadt. La rivi\u00e8re traverse la ville. \u0420\u0435\u043a\u0430 \u0442\u0435\u0447\u0451\u0442.""".split("\n")
TEXTS = [
    "The teacher's pupils didn't know.",
    "THEY'LL SEE WE'RE here, I'D say",
    "  two spaces   and\ttabs\n\n  new lines \r\n",
    "1234567 and 3.14, 20%",
    "e\u0301 is \u00e9; \u00c5ngstr\u00f6m; \ufb01ne",
    "\u5317\u4eac\u5927\u5b66 \u0440\u0435\u043a\u0430 \u0645\u0631\u062d\u0628\u0627",
    "emoji \U0001f600\U0001f44d\U0001f3fd and \u2603\ufe0f",
    "f(x)=[1,2]; // note...",
    "<|begin_of_text|>inside<|end|> the text",
    " ",
]
BEGIN, END = "<|begin_of_text|>", "<|end|>"
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"


def split(digits):
    words = rf"[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    return {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": f"{CONTRACTIONS}|{words}"}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        ],
    }


def byte_level(**more):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True, **more}


template = {
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": BEGIN, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": BEGIN, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {BEGIN: {"id": BEGIN, "ids": [0], "tokens": [BEGIN]}},
}
KINDS = {
    "llama3": {"normalizer": None, "pre_tokenizer": split(r"\p{N}{1,3}"), "post_processor": {"type": "Sequence", "processors": [byte_level(use_regex=True), template]}},
    "qwen2": {"normalizer": {"type": "NFC"}, "pre_tokenizer": split(r"\p{N}"), "post_processor": byte_level(use_regex=False)},
    "smollm": {
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level()]},
        "post_processor": None,
    },
}

trained = Tokenizer(models.BPE())
trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trained.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=[BEGIN, END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
trained.train_from_iterator(CORPUS, trainer)
shared = json.loads(trained.to_str())
for token in shared["added_tokens"]:
    token["normalized"] = False

results = {}
for name, parts in KINDS.items():
    tokenizer = Tokenizer.from_str(json.dumps({**shared, **parts}))
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    results[name] = {**parts, "ids": ids, "decoded": [tokenizer.decode(row, skip_special_tokens=True) for row in ids]}

fixture.write(
    "byte_level",
    "Token ids by byte-level tokenizers that cut texts as Llama 3, Qwen2 and SmolLM do; their merges are learnt from a few lines",
    {
        "tokenizer": "what the tokenizer.json of all kinds has in common",
        "kinds": "the parts in which they differ; ids: [text][token]; decoded: the texts of these ids, special tokens left out",
    },
    tokenizer=shared,
    texts=TEXTS,
    kinds=results,
)
