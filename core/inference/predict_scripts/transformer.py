"""Classifies headlines with this bundle, without Copydesk: python predict.py "A headline" ["Another one"]

Needs torch and transformers alone. From a program: predict(["A headline"]) gives label and probabilities of each.
"""

import sys
from pathlib import Path

from transformers import pipeline

MODEL = Path(__file__).resolve().parent / "model"


def predict(texts):
    """Return (label, {label: probability}) for each text: headline, a space, description."""
    classify = pipeline("text-classification", model=str(MODEL), top_k=None)
    found = classify([text.strip() for text in texts], truncation=True)
    answers = [{one["label"]: one["score"] for one in scores} for scores in found]
    return [(max(scores, key=scores.get), scores) for scores in answers]


if __name__ == "__main__":
    for text, (label, probabilities) in zip(sys.argv[1:], predict(sys.argv[1:]), strict=True):
        print(f"{probabilities[label]:.3f}  {label}  {text}")
