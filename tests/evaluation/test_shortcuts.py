"""Shortcuts: a planted one is found with its figures, and what is no shortcut is not."""

import numpy as np
import pytest

from core.evaluation.ngrams import count
from core.evaluation.shortcuts import COLUMNS, LIMITS, MOST, Limits, month_text, shortcuts

NAMES = ["FASHION", "NEWS"]
TOPICS = {"FASHION": "dress number", "NEWS": "storm number"}
MONTHS = 120


def rows_of(marked=30, topic="", period=12, spread=False):
    """Return headlines, codes and months of 400 rows: ``marked`` ones of FASHION have (PHOTOS) and ``topic``."""
    headlines, codes, months = [], [], []
    for at in range(400):
        code = at % 2
        mine = code == 0 and at // 2 < marked
        text = f"{TOPICS[NAMES[code]]} n{at}" + (f" {topic} (PHOTOS)" if mine else "")
        headlines.append(text)
        codes.append(code)
        months.append((at // 2) % period if mine and not spread else (at * 7) % MONTHS)
    return headlines, np.array(codes), np.array(months)


def found(limits=LIMITS, **how):
    headlines, codes, months = rows_of(**how)
    return shortcuts(count(headlines, [""] * len(headlines)), codes, NAMES, months, limits)


BAR = Limits(lift=1.5)


def test_a_planted_mark_is_found_with_its_figures():
    table = found(BAR)
    assert list(table.columns) == list(COLUMNS)
    one = table.iloc[0]
    assert (one["shown"], one["kind"], one["class"]) == ("(PHOTOS)", "bracket", "FASHION")
    assert (one["rows"], one["of_class"], one["precision"], one["base"], one["lift"]) == (30, 30, 1.0, 0.5, 2.0)
    assert 0.8 < one["low"] < one["high"] == 1.0
    assert (one["first"], one["last"], one["begin"]) == ("1970-01", "1970-12", "1970-01")
    assert (one["inside"], one["use_outside"], one["lost"]) == (1.0, 0.0, 1.0)
    assert one["harm"] == pytest.approx(30 * (1 - 0.5 / 1.0) * 1.0)


def test_a_topic_that_lasts_is_none():
    # "dress" gives FASHION away as surely, but in every month.
    assert "dress" not in " ".join(found(BAR)["ngram"])
    assert found(BAR, spread=True, marked=200).empty


def test_what_stands_in_the_same_rows_is_told_once():
    assert found(BAR, topic="see more").shape[0] == 1


@pytest.mark.parametrize(
    "limits", [Limits(rows=31, lift=1.5), Limits(precision=0.95, lift=1.5), Limits(lift=2.1)], ids=["rows", "P", "lift"]
)
def test_each_limit_holds(limits):
    assert found(limits).empty


def test_without_dates_nothing_is_bound_to_a_period():
    headlines, codes, months = rows_of()
    assert shortcuts(count(headlines, [""] * len(headlines)), codes, NAMES, np.full_like(months, -1), BAR).empty


def test_a_period_that_holds_the_whole_class_binds_nothing():
    assert found(Limits(lift=1.5, months=MONTHS)).empty


def test_no_rows_at_all():
    nothing = np.zeros(0, dtype=np.int64)
    table = shortcuts(count([], []), nothing, [], nothing)
    assert list(table.columns) == list(COLUMNS)
    assert table.empty


def test_the_order_of_rows_is_no_matter():
    headlines, codes, months = rows_of(topic="see more")
    order = np.random.default_rng(1).permutation(len(codes))
    turned = shortcuts(
        count([headlines[at] for at in order], [""] * len(order)), codes[order], NAMES, months[order], BAR
    )
    plain = shortcuts(count(headlines, [""] * len(order)), codes, NAMES, months, BAR)
    assert turned.to_dict("records") == plain.to_dict("records")


def test_months_are_written_as_dates_begin():
    assert [month_text(at) for at in (0, 11, 12, 527)] == ["1970-01", "1970-12", "1971-01", "2013-12"]
    assert MOST >= 100


def test_a_part_of_a_shortcut_s_rows_adds_nothing_unless_it_is_surer():
    headlines, codes, months = rows_of(marked=60)
    # Half of the marked ones say more, and are no surer until the other class has some of the marks too.
    more = [text.replace("(PHOTOS)", "see (PHOTOS)") if at % 4 == 0 else text for at, text in enumerate(headlines)]
    assert found_in(more, codes, months) == ["(PHOTOS)"]
    mixed = [f"{text} (PHOTOS)" if at % 10 == 1 else text for at, text in enumerate(more)]
    assert found_in(mixed, codes, months) == ["see PHOTOS", "(PHOTOS)"]


def found_in(headlines, codes, months):
    return shortcuts(count(headlines, [""] * len(headlines)), codes, NAMES, months, Limits(lift=1.2))["shown"].tolist()
