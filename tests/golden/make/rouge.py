"""Rouge-L with and without stems by rouge_score, stems by NLTK, and exact matches as Super-NaturalInstructions compares answers."""
import string

import numpy as np
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer

import fixture

STEMS = "relat condit ration val digit conform radic differ vil analog viet operat feudal decis hope callous form sensit electr adjust reviv allow infer airl gyro defens irrit replac commun bowdler effect prob control ro fall hiss fil pan bless troubl siz hop tan tr fl cr dr ie happ sk s enjo syzyg".split()
ENDS = "e ed es s ing ies ied y ational tional ence ency ance izer ably alli ally ently eli ously ization ation ator alism iveness fulness ousness ality ivity ibility icate ative alize icity ical ful ness al ance er ic able ible ant ement ment ent ion tion sion ou ism ate iti ous ive ize ll eed fully ology nning sses".split()
WORDS = "skies sky dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed dies flies ties tied died agreed feed bled sing motoring hopping hoping filing failing oed oing as is generalizations oscillators y yyy ay by say ably".split()
PAIRS = [
    ("the cat sat on the mat", "the cat was sitting on a mat"),
    ("A man and a woman found dead have been named.", "A man and a woman found dead at a house in Monmouthshire have been named by Gwent Police."),
    ("", "something"), ("something", ""), ("...", "!!!"), ("Yes!", "yes"), ("the yes", "yes"), ("don't stop", "dont  stop"),
    ("caf\u00e9 \u2014 na\u00efve 3.14%", "caf na ve 3 14"), ("Running runners ran", "run runner runs running"), ("b a c a b", "a b a c b a"),
    ("the quick brown fox", "fox brown quick the"), ("\u00c9COLE d\u2019\u00e9t\u00e9", "\u00e9cole d\u2019\u00e9t\u00e9"), ("new\tline\n twice", "new line twice"), ("positive", "Positive."),
]


def plain(text):
    kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(kept.split())


random = np.random.default_rng(71)
pool = "the generalized relational rations hopefully hoped hopes agreed agreeing cats cat city cities 12 a of to".split()
PAIRS += [(" ".join(random.choice(pool, random.integers(1, 12))), " ".join(random.choice(pool, random.integers(1, 12)))) for _ in range(20)]
words = WORDS + [stem + end for i, stem in enumerate(STEMS) for j, end in enumerate(ENDS) if (i + j) % 4 == 0]
stemmer = PorterStemmer()
scorers = [rouge_scorer.RougeScorer(["rougeL"], use_stemmer=use) for use in (False, True)]
fixture.write(
    "rouge",
    "Rouge-L by rouge_score 0.1.2, stems by nltk 3.10.4, exact matches",
    {"stems": "of the words, in their order, joined by spaces", "rouge": "[pair]: [text, reference, F without stems, F with stems, whether they match]"},
    words=" ".join(words),
    stems=" ".join(stemmer.stem(word) for word in words),
    rouge=[[text, wanted, *(scorer.score(wanted, text)["rougeL"].fmeasure for scorer in scorers), plain(text) == plain(wanted)] for text, wanted in PAIRS],
)
