"""Classifies headlines with this bundle, without Copydesk: python predict.py "A headline" ["Another one"]

Needs numpy and safetensors alone. From a program: predict(["A headline"]) gives label and probabilities of each.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

HERE = Path(__file__).resolve().parent / "model"
CONFIG = json.loads((HERE / "config.json").read_text(encoding="utf-8"))
TENSORS = load_file(HERE / "model.safetensors")
# Each block of features is a tf-idf vector of its own: how text is cut, of how many words a feature is, its weight.
READING = json.loads((HERE.parent / "predict.json").read_text(encoding="utf-8"))
STOP_WORDS, BLOCKS = frozenset(READING["stop_words"]), READING["blocks"]
for _name, _features in json.loads((HERE / "vocabulary.json").read_text(encoding="utf-8")).items():
    BLOCKS[_name]["columns"] = {feature: column for column, feature in enumerate(_features)}


def features(text):
    """Return the columns of the features that the text has, and their tf-idf values."""
    columns, values, begin = [], [], 0
    for block in BLOCKS.values():
        tokens = re.findall(block["pattern"], text.lower() if block["lowercase"] else text)
        tokens = [token for token in tokens if token not in STOP_WORDS]
        counts = {}
        for length in range(block["shortest"], block["longest"] + 1):
            for place in range(len(tokens) - length + 1):
                column = block["columns"].get(" ".join(tokens[place : place + length]))
                if column is not None:
                    counts[begin + column] = counts.get(begin + column, 0) + 1
        found = np.array(sorted(counts), dtype=int)
        often = np.array([counts[column] for column in found], dtype=float)
        weights = (1 + np.log(often) if CONFIG["settings"]["sublinear_tf"] else often) * TENSORS["idf"][found]
        length = np.sqrt((weights**2).sum()) or 1.0
        columns.append(found)
        values.append(block["weight"] * weights / length)
        begin += len(block["columns"])
    return np.concatenate(columns), np.concatenate(values)


def predict(texts):
    """Return (label, {label: probability}) for each text: headline, a space, description."""
    answers = []
    for text in texts:
        columns, values = features(text.strip())
        scores = values @ TENSORS["coefficients"][columns].astype(float) + TENSORS["intercept"]
        exponents = np.exp(scores - scores.max())
        probabilities = exponents / exponents.sum()
        labels = CONFIG["labels"]
        answers.append((labels[int(probabilities.argmax())], dict(zip(labels, probabilities.tolist(), strict=True))))
    return answers


if __name__ == "__main__":
    for text, (label, probabilities) in zip(sys.argv[1:], predict(sys.argv[1:]), strict=True):
        print(f"{probabilities[label]:.3f}  {label}  {text}")
