"""Each flaw is found, counted and grouped, and nothing is found where there is none."""

import pytest

from core.data.quality import KINDS, finding
from core.data.quality_findings import cheap_findings, longest_usual, main_language, search_near
from core.data.quality_scan import scan
from core.data.recipe import STEPS
from tests import flawed


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Return what was found in the flawed file: kind -> Finding."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(home))
        dataset = flawed.imported(home)
        seen = scan(dataset)
        near, _, _ = search_near(dataset, seen, lambda done, texts: None)
    return {one.kind: one for one in [*cheap_findings(dataset, seen), near]}


def test_every_kind_is_looked_for(searched):
    assert searched.keys() == KINDS.keys() == flawed.FLAWS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_flaw_is_counted(searched, kind):
    found = searched[kind]
    assert (found.rows, found.groups, found.removable) == flawed.FLAWS[kind]


@pytest.mark.parametrize(
    ("kind", "rows", "groups"),
    [
        ("duplicates", [2, 3, 5, 6], [1, 1, 2, 2]),
        ("near", [0, 1], [1, 1]),
        ("conflicts", [2, 3, 4, 7, 8], [1, 1, 1, 2, 2]),
        ("lines", [12, 13], [0, 0]),
        ("short", [16, 17, 18], [0, 0, 0]),
    ],
)
def test_its_rows_are_listed_group_by_group(searched, kind, rows, groups):
    assert searched[kind].listed.tolist() == rows
    assert searched[kind].groups_listed.tolist() == groups


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("respelled", "2 besides the same text"),
        ("lines", "1 with a line feed, 1 with U+2028 or U+2029"),
        ("short", "fewer than 3 words; 1 without a letter or digit"),
        ("names", "SEA (4) and Sea (1)"),
        ("order", "SEA TRAVEL (1) and TRAVEL, THE SEA (1)"),
        ("small", "fewer than 3 rows: RARE (1), SEA TRAVEL (1), Sea (1), TRAVEL, THE SEA (1)"),
        ("rejected", "no headline (1)"),
    ],
)
def test_what_else_is_said_of_it(searched, kind, note):
    assert searched[kind].note == note


def test_every_step_that_a_kind_names_is_there():
    assert {kind.step for kind in KINDS.values()} - {None} == STEPS.keys()


def test_a_dataset_without_flaws_has_none(home):
    dataset = flawed.imported(home, records=[{"headline": "A calm day on the coast", "category": "SEA"}])
    seen = scan(dataset)
    found = {one.kind: one.rows for one in cheap_findings(dataset, seen)}
    assert {kind for kind, rows in found.items() if rows} == {"small", "rejected"}
    assert main_language(seen) is None
    assert search_near(dataset, seen, lambda *_: None)[0].rows == 0
    assert longest_usual(seen.characters[:0]) == 0


def test_the_largest_group_is_listed_first():
    import numpy as np

    found = finding("duplicates", np.array([0, 1, 5, 6, 9]), np.array([0, 0, 5, 5, 5]), removable=3)
    assert (found.listed.tolist(), found.groups_listed.tolist()) == ([5, 6, 9, 0, 1], [1, 1, 1, 2, 2])
    assert (found.rows, found.groups, found.removable) == (5, 2, 3)
