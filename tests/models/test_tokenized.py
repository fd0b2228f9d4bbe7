import numpy as np
import pytest

from core.models import tokenized as module
from core.models.classifier import Cancelled, unreported
from core.models.tokenized import KEPT, cache_root, clean, fingerprint, tokenized


@pytest.fixture
def tokenizer(tiny_checkpoint):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_checkpoint)


@pytest.fixture
def tokens(home, tiny_checkpoint, tokenizer):
    """Return a function that tokenizes in an empty home."""
    return lambda texts, report=unreported, length=16: tokenized(texts, tiny_checkpoint, tokenizer, length, report)


def test_rows_are_the_tokenizers_own(tokens, tokenizer):
    found = tokens(["The council voted", "", "word " * 50, "half \ud800"])
    assert found["length"] == [len(numbers) for numbers in found["input_ids"]]
    assert list(found["input_ids"][0]) == tokenizer("The council voted")["input_ids"]
    assert found["length"][1:3] == [2, 16]


def test_the_second_time_it_is_read_from_disk(tokens, tokenizer, monkeypatch):
    first = tokens(["one", "two"])
    monkeypatch.setattr(module, "token_numbers", None)
    again = tokens(["one", "two"])
    assert again["input_ids"] == first["input_ids"]
    assert again.cache_files == first.cache_files != []


@pytest.mark.parametrize(
    ("texts", "length"), [(["a", "b"], 17), (["b", "a"], 16), (["ab", ""], 16), (["a", "b", ""], 16)]
)
def test_the_fingerprint_sees_every_difference(tiny_checkpoint, texts, length):
    assert fingerprint(texts, tiny_checkpoint, length) != fingerprint(["a", "b"], tiny_checkpoint, 16)
    assert fingerprint(["a", "b"], tiny_checkpoint, 16) == fingerprint(("a", "b"), tiny_checkpoint, 16)


def test_a_cancel_leaves_nothing(tokens):
    def report(phase, step, total, **figures):
        if step >= 1000:
            raise Cancelled

    with pytest.raises(Cancelled):
        tokens([f"text {number}" for number in range(3000)], report)
    assert list(cache_root().iterdir()) == []


def test_the_cache_stays_small(tokens):
    for number in range(KEPT + 2):
        tokens([f"text {number}"])
    assert len(list(cache_root().iterdir())) == KEPT


def test_lone_halves_are_replaced_and_nothing_else():
    assert clean("plain") == "plain"
    assert clean("grün 🎺") == "grün 🎺"
    assert clean("\ud800") == "?"


def test_memory_does_not_grow_with_the_rows(tokens):
    import pyarrow as pa

    texts = [f"Headline number {number} about the council and its budget" for number in range(20_000)]
    before = pa.total_allocated_bytes()
    found = tokens(texts)
    assert len(found) == 20_000
    assert np.mean(found["length"]) > 5
    # The tokens take megabytes; mapped, none of them is allocated.
    assert pa.total_allocated_bytes() - before < 1_000_000
