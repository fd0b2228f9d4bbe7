"""The known flaws of the real headlines are found and counted."""

import gzip
import json

import numpy as np

from core.data import markup
from core.data.duplicates import contradicting, keys_of, normalised, repeats
from core.data.records import text_from


def test_known_flaws_of_the_real_headlines_are_counted(real_file):
    with gzip.open(real_file) as file:
        records = [json.loads(line) for line in file]
    rows = [record for record in records if record["headline"].strip()]
    texts = [text_from(record["headline"], record["short_description"]) for record in rows]
    same, plain = repeats(keys_of(texts)), keys_of([normalised(text) for text in texts])
    mixed = contradicting(plain, np.unique([record["category"] for record in rows], return_inverse=True)[1])
    found = {
        "without a headline": len(records) - len(rows),
        "surplus": len(same.surplus),
        "surplus but for case and spaces": len(repeats(plain).surplus),
        "under several categories": len(mixed),
        "descriptions with a line feed": sum(markup.has_line_feed(record["short_description"]) for record in rows),
        "descriptions with U+2028": sum(markup.has_separator(record["short_description"]) for record in rows),
        "texts with either": sum(markup.has_line_feed(text) or markup.has_separator(text) for text in texts),
        "with what nobody sees": sum(markup.CONTROL.search(text) is not None for text in texts),
    }
    assert found == {
        "without a headline": 6,
        "surplus": 361,
        "surplus but for case and spaces": 366,
        "under several categories": 19,
        "descriptions with a line feed": 138,
        "descriptions with U+2028": 7,
        "texts with either": 146,
        "with what nobody sees": 48,
    }
