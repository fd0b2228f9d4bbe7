"""Whether a run is of another partition than a grouping, and what it answers then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.judge import group_of_labels, has_partition
from core.grouping import versions
from core.grouping.grouping import Grouping
from core.runs import listing, staleness, store
from core.runs.spec import SpecGrouping, TrainingSpec, spec_grouping
from core.storage import groupings_root

CATEGORIES = tuple("abcde")
MAPPINGS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["a", "X", "Y"]), max_size=6)


def spec(mapping, target="category", name="g"):
    return TrainingSpec(
        dataset="d",
        fingerprint="f",
        categories=CATEGORIES,
        target=target,
        grouping=SpecGrouping(name=name, mapping=mapping),
    )


@given(MAPPINGS, MAPPINGS, st.sampled_from(["category", "group"]))
def test_it_agrees_with_the_partitions_and_with_what_a_run_can_answer(own, other, target):
    run, grouping = spec(own, target), Grouping("other", other)
    found = staleness.staleness(run, grouping)
    assert (found == staleness.FRESH) == has_partition(run, grouping) != staleness.is_stale(run, grouping)
    labels = CATEGORIES if target == "category" else tuple(run.grouping.grouping().labels(CATEGORIES))
    try:
        group_of_labels(run, labels, grouping)
    except InputError:
        assert found == staleness.RETRAIN
    else:
        assert found == (
            staleness.FRESH
            if has_partition(run, grouping)
            else staleness.ANSWERS
            if target == "category"
            else staleness.ADDS_UP
        )


@pytest.mark.parametrize(
    ("own", "other", "target", "found"),
    [
        ({"a": "X", "b": "X"}, {"a": "news", "b": "news"}, "group", staleness.FRESH),
        ({"a": "X", "b": "X"}, {"a": "X"}, "category", staleness.ANSWERS),
        ({"a": "X", "b": "X"}, {"a": "X", "b": "X", "c": "X"}, "group", staleness.ADDS_UP),
        ({"a": "X", "b": "X"}, {"a": "X"}, "group", staleness.RETRAIN),
        ({"a": "X"}, {"a": "X", "f": "X"}, "group", staleness.FRESH),
    ],
)
def test_what_is_left_of_a_run(own, other, target, found):
    assert staleness.staleness(spec(own, target), Grouping("other", other)) == found


def test_a_list_compares_with_the_newest_version_of_the_run_s_own_grouping(home):
    first = versions.save(Grouping("desks", {"a": "X", "b": "X"}))
    runs = [
        store.create(spec(first.mapping, name="desks").model_copy(update={"grouping": spec_grouping(first)})),
        store.create(spec({}, name="raw")),
        store.create(spec({"a": "X"}, name="never-saved")),
        store.create(spec({"a": "X"}, name="not a name")),
    ]
    marks = [listing.document(run)["stale"] for run in runs]
    assert marks == [False, False, None, None]
    versions.save(Grouping("desks", {"a": "Z", "b": "Z"}))
    assert staleness.is_outdated(runs[0]) is False
    versions.save(Grouping("desks", {"a": "X", "c": "X"}))
    assert listing.document(runs[0])["stale"] is True
    (groupings_root() / "desks" / "v0003.yaml").write_text("{")
    assert staleness.is_outdated(runs[0]) is None
