"""The mark of a stale run says no more than is true of it."""

import pytest

from core.grouping.grouping import Grouping
from core.runs import states, status, store
from core.runs.spec import SpecGrouping, TrainingSpec
from core.ui import stale

OWN = SpecGrouping(name="desks", version=1, mapping={"a": "X", "b": "X"})


def run_of(target, metrics=None):
    spec = TrainingSpec(dataset="d", fingerprint="f", categories=tuple("abc"), target=target, grouping=OWN)
    run = store.create(spec)
    if metrics:
        status.move(run.path, states.RUNNING)
        status.move(run.path, states.SUCCEEDED, seconds=1.0, metrics=metrics)
    return store.load(run.id)


def test_a_run_of_the_same_partition_has_no_mark(home):
    run, renamed = run_of("group"), Grouping("other", {"a": "Y", "b": "Y"})
    assert (stale.mark(run, renamed), stale.sentence(run, renamed)) == ("", "")
    assert stale.marked("run", run, renamed) == "run"


@pytest.mark.parametrize(
    ("target", "mapping", "end"),
    [
        ("category", {"a": "X"}, "Target category answers yours too: see Evaluate."),
        ("group", {"a": "X", "b": "X", "c": "X"},
         "It answers yours by adding up its groups; retrain it to learn them directly."),
        ("group", {"a": "X"}, "It cannot tell your groups apart: retrain it, or take a run of target category."),
    ],
)  # fmt: skip
def test_a_stale_run_says_what_it_still_answers(home, target, mapping, end):
    run, grouping = run_of(target, {"accuracy": 0.5}), Grouping("other", mapping)
    begin = "Stale: its stored figures are of desks version 1, another partition than other on screen."
    assert stale.sentence(run, grouping) == f"{begin} {end}"
    assert stale.marked("run", run, grouping) == "run · stale"


def test_a_newer_version_is_called_so_and_a_run_without_figures_has_none(home):
    told = stale.sentence(run_of("category"), Grouping("desks", {"a": "X"}, 2))
    assert told.startswith("Stale: it was started under desks version 1, another partition than version 2 on screen.")
