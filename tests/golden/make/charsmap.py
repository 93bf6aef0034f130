"""A map of characters that sentencepiece compiles from some rules of its nmt_nfkc, and what Hugging Face's tokenizers makes of texts with it."""
import base64
import os
import random
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import normalizers

import fixture

# U+200D, which joins what stands beside it to one character, has no rule.
RULES = {
    **{chr(code): " " for code in (0x9, 0xA, 0xD, 0xA0, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028, 0x2581, 0x3000, 0xFEFF, 0xFFFD)},
    "\x7f": "", "\uff21": "A", "\uff41": "a", "\ufb01": "fi", "\u2460": "1", "\u2026": "...", "\u1100\u1161": "\uac00", "\u1100\u1161\u11a8": "\uac01",
    "e\u0301": "\u00e9", "A\u030a": "\u00c5", "o\u0308\u0304": "\u022b", "\u0915\u093c": "\u0958", "\uff21\u030a": "\u00c5",
}  # fmt: skip
LETTERS = [*RULES, *"aeoA \u0301\u030a\u0308\u0304\u200d\ufe0f\U0001f3fb\U0001f469\U0001f4bb\U0001f1e6\u094d\u0915\u1161\u11a8"]


def compiled(folder):
    """The map, by a model that is trained on next to nothing with these rules."""
    rules, texts, model = (os.path.join(folder, name) for name in ("rules.tsv", "texts.txt", "model"))
    hexed = lambda text: " ".join(f"{ord(letter):X}" for letter in text)
    with open(rules, "w") as file:
        file.write("".join(f"{hexed(key)}\t{hexed(text)}\n" for key, text in RULES.items()))
    draw = random.Random(0)
    with open(texts, "w") as file:
        file.write("\n".join(" ".join("".join(draw.choices("abcdefgh", k=4)) for _ in range(8)) for _ in range(300)))
    sentencepiece.SentencePieceTrainer.train(input=texts, model_prefix=model, vocab_size=32, normalization_rule_tsv=rules, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    with open(model + ".model", "rb") as file:
        proto.ParseFromString(file.read())
    return proto.normalizer_spec.precompiled_charsmap


with tempfile.TemporaryDirectory() as folder:
    charsmap = compiled(folder)
normalize = normalizers.Precompiled(charsmap).normalize_str
draw = random.Random(1)
texts = ["\U0001f469\u200d\U0001f4bb ok", "a\u200db", "\r\n", "e\u0301e", *("".join(draw.choices(LETTERS, k=draw.randint(1, 9))) for _ in range(300))]
fixture.write(
    "charsmap",
    "Texts as tokenizers' Precompiled normalizer leaves them, with a map that sentencepiece compiled",
    {"map": "base64, as in tokenizer.json", "texts": "[text, what becomes of it]"},
    map=base64.b64encode(charsmap).decode(),
    texts=[[text, normalize(text)] for text in texts],
)
