"""The floor of a stream without any backbone: TF-IDF (words and pairs) and logistic regression. Needs scikit-learn.

usage: floor.py FOLDER      FOLDER as `l2r data export --source wordnet --out FOLDER` writes it
"""
import json
import os
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

folder = sys.argv[1]
tasks = sorted(task for task in os.listdir(folder) if os.path.isdir(os.path.join(folder, task)))


def rows(task, split):
    with open(os.path.join(folder, task, split + ".jsonl"), encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def accuracy(train, test):
    vectors = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    model = LogisticRegression(C=10, max_iter=1000).fit(
        vectors.fit_transform([row["text"] for row in train]), [row["label"] for row in train]
    )
    return 100 * model.score(vectors.transform([row["text"] for row in test]), [row["label"] for row in test])


train = {task: rows(task, "train") for task in tasks}
test = {task: rows(task, "test") for task in tasks}
within = [accuracy(train[task], test[task]) for task in tasks]
print(f"within tasks {sum(within) / len(within):.1f} %")
print(f"all classes  {accuracy(sum(train.values(), []), sum(test.values(), [])):.1f} %")
