"""Advice: each suggestion's effect is the difference of figures, and its grouping the one that has them."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.advice import Basis, advise, basis, check_categories, frontier_document, frontier_of
from core.grouping.builtin import RAW
from core.grouping.evidence import gather
from core.grouping.grouping import Grouping
from core.grouping.scores import Scores
from core.grouping.whatif import figures_of
from tests.grouping.test_evidence import CATEGORIES, PAIRS, drawn, newsroom, records

RUN = SimpleNamespace(title="mine", spec=SimpleNamespace(grouping=SimpleNamespace(name="pairs")))
DATASET = SimpleNamespace(name="news")
GROUPS = Scores(("AB",), (("A", "B"),), ("A", "B"), np.array([0]), np.ones((1, 1), np.float32), np.array([0]))


@pytest.fixture(scope="module")
def known():
    """Rows that share a word, so that every pair of categories is a little alike."""
    days = ("2014-01-05", "2014-02-05")
    rows = [(f"{name * 3} story today {at % 3}{at % 3}", name, days[at % 2]) for name in CATEGORIES for at in range(6)]
    frame, scores = records(rows), drawn(4, rows=300, sharp=0.4)
    return Basis(DATASET, scores, gather(scores, frame), frame["headline"])


@pytest.mark.parametrize("grouping", [RAW, Grouping("some", {"A": "AB", "B": "AB"})], ids=lambda one: one.name)
def test_the_effect_is_the_difference_of_the_figures(known, grouping):
    found = advise(known, grouping)
    before = figures_of(known.scores, grouping)
    assert found.figures == before
    assert found.merges
    for one in [*found.merges, *found.splits]:
        after = figures_of(known.scores, one.grouping)
        assert one.effect.accuracy == after.accuracy - before.accuracy
        assert one.effect.macro_f1 == after.macro_f1 - before.macro_f1
        assert one.effect.information_kept == after.information_kept - before.information_kept


def test_a_merge_shows_headlines_of_both_sides(known):
    for one in advise(known, RAW).merges:
        assert 0 < len(one.pairs) <= 5
        for first, second in one.pairs:
            assert first.startswith(one.merge.a * 3)
            assert second.startswith(one.merge.b * 3)


def test_merges_have_fewer_groups_and_splits_one_more(known):
    some = Grouping("some", {"A": "AB", "B": "AB"})
    found = advise(known, some)
    assert {len(one.grouping.labels(CATEGORIES)) for one in found.merges} == {2}
    assert [len(one.grouping.labels(CATEGORIES)) for one in found.splits] == [4]


def test_top_bounds_both_lists(known):
    found = advise(known, Grouping("some", {"A": "AB", "B": "AB"}), top=1)
    assert (len(found.merges), len(found.splits)) == (1, 1)


def test_documents_hold_what_scripts_rely_on(known):
    found = advise(known, Grouping("some", {"A": "AB", "B": "AB"}))
    merge, split = found.merges[0].document(), found.splits[0].document()
    keys = {"a", "b", "categories", "score", "confusion", "similarity", "confident_joint", "months_shared"}
    assert keys | {"succession", "sentence", "pairs", "effect"} <= merge.keys()
    assert merge["effect"].keys() == {"accuracy", "macro_f1", "information_kept"}
    assert {tuple(part["categories"]) for part in split["parts"]} == {("A",), ("B",)}
    assert {"group", "auc", "sentence", "effect"} <= split.keys()


def test_each_point_of_the_frontier_is_a_partition(known):
    for point in frontier_document(frontier_of(RUN, known.scores)):
        assert sorted(name for members in point["partition"] for name in members) == list(CATEGORIES)
        assert len(point["partition"]) == point["groups"]


@pytest.mark.parametrize(
    "ask", [check_categories, frontier_of, lambda run, found: basis(run, found, DATASET, newsroom())]
)
def test_a_run_of_groups_is_refused_by_name(ask):
    with pytest.raises(InputError) as error:
        ask(RUN, GROUPS)
    assert str(error.value) == (
        "run 'mine' was trained on the groups of 'pairs' and says nothing of the categories inside them; "
        "choose a run with target category, or train one with --target category"
    )


def test_a_grouping_of_two_groups_can_only_be_split(known):
    found = advise(known, PAIRS)
    assert found.merges == []
    assert {one.split.group for one in found.splits} == {"AB", "CD"}
