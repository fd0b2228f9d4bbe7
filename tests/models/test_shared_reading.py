"""Reading texts once for two tokenizers gives what reading them for each gives."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.models import shared_reading
from core.models.shared_reading import PieceCodes, can_share, shared_readings
from core.models.tfidf import CAPITALISED, TOKENS
from core.models.tokens import Codes, Tokenizer, read

TOKENIZERS = {
    "words": Tokenizer(TOKENS["words"]),
    "words and signs": Tokenizer(TOKENS["words-and-signs"]),
    "without stop words": Tokenizer(TOKENS["words"], stop_words=frozenset({"the", "of"})),
    "capitals as they are": Tokenizer(TOKENS["words-and-signs"], lowercase=False),
    "capitals": Tokenizer(CAPITALISED, lowercase=False),
}
WORDS = ["The", "the", "of", "DON'T", "x", "É", "é", "42", "ß", "ǅ", "x_y", "!", "“quotes”", "naïve", "ΑΒ", "e\u0301"]
TEXTS = st.lists(st.one_of(st.text(max_size=12), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=5)


@pytest.mark.parametrize("name", TOKENIZERS)
@given(texts=TEXTS)
@example(texts=["The state of the Union: a View", "", "DON'T"])
def test_each_tokenizer_reads_what_it_reads_alone(name, texts):
    pair = [TOKENIZERS[name], TOKENIZERS["capitals"]]
    known = [Codes({word: number for number, word in enumerate(["the", "The", "x", "é", "!", "DON", "don"], 1)})] * 2
    if not can_share(texts, 2):
        return
    together = shared_readings(texts, PieceCodes(list(zip(pair, known, strict=True))))
    for tokenizer, codes, found in zip(pair, known, together, strict=True):
        alone = read(texts, tokenizer, codes)
        np.testing.assert_array_equal(found.codes, alone.codes)
        np.testing.assert_array_equal(found.lengths, alone.lengths)


def test_what_depends_on_its_neighbours_is_not_shared():
    assert can_share(["Straße, ΑΒΓ"], 2)
    assert not can_share(["plain", "İzmir"], 2)
    assert not can_share(["ΟΔΟΣ"], 2)
    assert not can_share(["plain"], 3)


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(shared_reading, "MOST_REMEMBERED", 2)
    codes = PieceCodes([(TOKENIZERS["words"], Codes(three=3))])
    (found,) = shared_readings(["one two three three"], codes)
    assert (found.codes.tolist(), len(codes)) == ([0, 0, 3, 3], 2)
    monkeypatch.setattr(shared_reading, "MOST_REMEMBERED", 10)
    long = "x" * 1000
    (found,) = shared_readings([f"{long} three {long}"], codes)
    assert found.codes.tolist() == [0, 3, 0]
    assert long not in codes
