"""Probabilities from a fine-tuned model: like lengths together, as many rows as fit a budget of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from core.models.tokenized import clean, token_numbers

CHUNK = 4096
CPU_TOKENS, GPU_TOKENS = 2048, 65_536


def batches_of(lengths: np.ndarray, budget: int) -> Iterator[slice]:
    """Yield slices of rows, sorted by length ascending, whose padded tokens stay within ``budget``.

    A row that is longer than the budget comes alone.
    """
    begin = 0
    while begin < len(lengths):
        rows = len(lengths) - begin
        # Sorted ascending, so the last row of a batch is its longest: grow while rows × longest fits.
        sizes = np.arange(1, rows + 1) * lengths[begin:]
        count = max(int(np.searchsorted(sizes, budget, side="right")), 1)
        yield slice(begin, begin + count)
        begin += count


def padded(numbers: Sequence[Sequence[int]], padding: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (token numbers, mask) of shape (texts, longest), filled up on the right."""
    longest = max(map(len, numbers))
    ids = np.full((len(numbers), longest), padding, dtype=np.int64)
    mask = np.zeros((len(numbers), longest), dtype=np.int64)
    for row, tokens in enumerate(numbers):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return ids, mask


def probabilities(model: Any, tokenizer: Any, texts: Sequence[str], max_length: int, labels: int) -> np.ndarray:
    """Return float32 probabilities of shape (texts, labels), computed on the device and in the type of ``model``."""
    import torch

    def scores(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        ids, mask = (torch.from_numpy(array).to(model.device) for array in (ids, mask))
        return model(input_ids=ids, attention_mask=mask).logits.float().cpu().numpy()

    budget = CPU_TOKENS if model.device.type == "cpu" else GPU_TOKENS
    with torch.inference_mode():
        return in_batches(scores, tokenizer, texts, max_length, labels, budget)


def in_batches(
    scores: Callable[[np.ndarray, np.ndarray], np.ndarray],
    tokenizer: Any,
    texts: Sequence[str],
    max_length: int,
    labels: int,
    budget: int = CPU_TOKENS,
) -> np.ndarray:
    """Return float32 probabilities of shape (texts, labels): the softmax of what ``scores(ids, mask)`` gives."""
    from core.models.softmax import softmax

    found = np.empty((len(texts), labels), dtype=np.float32)
    for begin in range(0, len(texts), CHUNK):
        numbers = token_numbers(tokenizer, [clean(text) for text in texts[begin : begin + CHUNK]], max_length)
        lengths = np.fromiter(map(len, numbers), dtype=np.int64, count=len(numbers))
        order = np.argsort(lengths, kind="stable")
        for batch in batches_of(lengths[order], budget):
            rows = order[batch]
            found[begin + rows] = softmax(scores(*padded([numbers[row] for row in rows], tokenizer.pad_token_id or 0)))
    return found
