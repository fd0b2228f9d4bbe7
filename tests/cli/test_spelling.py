"""Second spellings mean the same as the first, and change no command that has none."""

import pytest

from core.cli.spelling import AS_ARGUMENT, AS_OPTION, first_spelling


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("data show --dataset huffpost --json", "data show huffpost --json"),
        ("data records --limit 3 --dataset=huffpost", "data records huffpost --limit 3"),
        ("report out.html --run baseline", "report baseline out.html"),
        ("runs logs --run baseline --follow", "runs logs baseline --follow"),
        ("train huffpost --wait", "train --dataset huffpost --wait"),
        ("labels find huffpost", "labels find --dataset huffpost"),
        ("grouping suggest baseline --top 3", "grouping suggest --run baseline --top 3"),
    ],
)
def test_both_spellings_are_understood(given, meant):
    assert first_spelling(given.split()) == meant.split()
    assert first_spelling(meant.split()) == meant.split()


@pytest.mark.parametrize(
    "given", ["", "data", "train", "evaluate r --dataset d", "data leakage d --run r", "export --run"]
)
def test_what_has_one_spelling_stays(given):
    assert first_spelling(given.split()) == given.split()


def test_no_command_has_both_kinds():
    assert AS_ARGUMENT.keys().isdisjoint(AS_OPTION)
