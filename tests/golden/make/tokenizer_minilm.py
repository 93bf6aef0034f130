"""Token ids of tricky texts by Hugging Face's fast tokenizer. Argument: the folder that holds all-MiniLM-L6-v2."""
import os
import sys

from transformers import AutoTokenizer

import fixture

TEXTS = [
    "",
    "  ",
    "Hello, world!",
    "A naïve café: Ångström, ÇA VA? İstanbul ŠŽ ﬁne",
    "ΟΔΟΣ Σίσυφος ΣΑΣ. ς",
    "北京大学 is 東京, 한국어 テスト ひらがな",
    "𠀀𠀁 rare 𪜀ideograph",
    "emoji 😀👍🏽👨‍👩‍👧 and ☃️ flags 🇪🇺",
    "tab\there\nnewline\r\nNUL\0ctl\x01\x7f zero\u200bwidth\u00adsoft \ufeffbom \ufffdreplacement",
    "non\u00a0breaking\u2003em\u3000ideographic\u2028line",
    "a" * 100,
    "a" * 101,
    "b" * 1000,
    "x " * 300,
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "don't can't we'll—they’re “quoted” ‘x’ … ¿qué? «oui» 50% $3.99 €5 #tag @user http://a.b/c?d=e&f=g",
    "[CLS] inside [SEP] text [MASK] [UNK] [PAD] [mask]",
    "e\u0301 combining o\u0308\u0304 against é",
    "مرحبا بالعالم שָׁלוֹם नमस्ते ไทย",
    "1234567890 3.14159 1e-5 ½ ² ①",
    "MixedCASE ALLCAPS lower ẞ ß Ǆ",
    "##ing ## # un##able",
    "\ue000private \u0378unassigned",
    "H₂O CO₂ x² ™ ® ©",
    "`code` ~tilde~ ^caret^ |pipe| <b>html</b> \\back {x} _under_score_",
]
LENGTHS = [256, 64, 8, 3]


def main(models):
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(models, "all-MiniLM-L6-v2"))
    assert tokenizer.is_fast
    cases = [[length, number, tokenizer(text, truncation=True, max_length=length)["input_ids"]]
             for length in LENGTHS for number, text in enumerate(TEXTS)]
    whole = {number: ids for length, number, ids in cases if length == LENGTHS[0]}
    fixture.write(
        "tokenizer_minilm",
        "Token ids of tricky texts by the tokenizer of all-MiniLM-L6-v2, cut at several lengths",
        {
            "texts": "[text]",
            "cases": "[case][most tokens, index of the text, ids with [CLS] and [SEP]]; a shorter length only where it cuts",
        },
        texts=TEXTS,
        cases=[case for case in cases if case[0] == LENGTHS[0] or case[2] != whole[case[1]]],
    )


main(sys.argv[1])
