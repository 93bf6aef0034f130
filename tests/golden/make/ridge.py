"""A linear probe by ridge regression on small random features, by scikit-learn."""
import numpy as np
from sklearn.linear_model import Ridge

import fixture

random = np.random.default_rng(31)
classes = random.integers(0, 5, size=40)
classes[classes == 3] = 2  # class 3 has no example
centres = random.normal(size=(5, 6))
features = np.round(centres[classes] + random.normal(size=(40, 6)) * 0.7 + 2, 4)
test = np.round(random.normal(size=(9, 6)) + 2, 4)
cases = []
for alpha in (0.1, 1.0, 30.0):
    model = Ridge(alpha=alpha).fit(features, np.eye(5)[classes])
    scores = model.predict(test)
    cases.append({"alpha": alpha, "scores": np.delete(scores, 3, axis=1)})
fixture.write(
    "ridge",
    "scores of ridge regression on one-hot classes by scikit-learn, on random features; class 3 has no example",
    {"features, classes": "[example][width], [example]", "cases": "[test][class], without class 3"},
    features=features,
    classes=classes,
    test=test,
    cases=cases,
)
