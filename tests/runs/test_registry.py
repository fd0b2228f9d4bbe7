"""The registry: one default, retired runs out of use, nothing said of what is gone, no half of a file."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DamagedError, InputError
from core.runs import registry
from core.runs.spec import SpecGrouping, TrainingSpec
from core.runs.store import Run

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


def run(name, tmp_path, state="succeeded"):
    return Run(name, tmp_path / name, SPEC, {"state": state})


@pytest.fixture
def runs(home, tmp_path):
    return [run(name, tmp_path, state) for name, state in (("a", "succeeded"), ("b", "succeeded"), ("c", "failed"))]


def test_nothing_is_said_at_first(runs):
    assert registry.read() == registry.Registry()
    assert registry.default_of(runs, registry.read()) is None
    assert [one.id for one in registry.in_use(runs, registry.read())] == ["a", "b"]


def test_one_run_is_the_default(runs):
    registry.mark_default(runs[0])
    registry.mark_default(runs[1])
    assert registry.default_of(runs, registry.read()) == runs[1]
    registry.unmark_default()
    assert registry.default_of(runs, registry.read()) is None


def test_a_retired_run_is_out_of_use_and_the_default_no_longer(runs):
    registry.mark_default(runs[0])
    registry.retire(runs[0])
    assert registry.read() == registry.Registry(None, ("a",))
    assert registry.in_use(runs, registry.read()) == [runs[1]]
    registry.bring_back(runs[0])
    assert registry.read() == registry.Registry()


def test_a_default_that_is_gone_is_none(runs):
    registry.mark_default(runs[0])
    assert registry.default_of(runs[1:], registry.read()) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda runs: registry.mark_default(runs[2]), "run 'c' is failed and has no model; choose one that succeeded"),
        (lambda runs: registry.retire(replace(runs[0], status={"state": "queued"})), "run 'a' is queued; cancel it"),
        (lambda runs: registry.bring_back(runs[0]), "run 'a' is not retired; there is nothing to bring back"),
        (
            lambda runs: (registry.retire(runs[0]), registry.mark_default(runs[0])),
            "run 'a' is retired; bring it back first, or choose another",
        ),
    ],
    ids=["no model", "at work", "in use", "retired"],
)
def test_what_cannot_be_done(runs, change, message):
    with pytest.raises(InputError, match=message):
        change(runs)


@pytest.mark.parametrize("content", ["", "[]", '{"default": 3}', '{"retired": "a"}', '{"retired": [1]}'])
def test_a_file_that_is_no_registry_is_named(runs, home, content):
    registry.retire(runs[0])
    (home / "models" / "registry.json").write_text(content)
    with pytest.raises(DamagedError, match=r"registry\.json .*; restore it from a backup, or delete this file$"):
        registry.read()
    aside = registry.set_aside()
    assert (aside.read_text(), registry.read()) == (content, registry.Registry())


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["retire", "bring_back", "mark_default"]), st.integers(0, 1))))
def test_the_default_is_always_in_use(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("home")
    two = [run(name, folder) for name in ("a", "b")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(folder))
        for step, which in steps:
            try:
                getattr(registry, step)(two[which])
            except InputError:
                continue
        found = registry.read()
    assert found.default not in found.retired
    assert len(set(found.retired)) == len(found.retired)
