"""What the parts of Explore share: filters by click, and one meaning for each name in the URL."""

import ast
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from core import ui
from core.data.filters import PARAMS, Filters
from core.errors import InputError
from core.grouping.grouping import Grouping
from core.ui import cache_explore
from core.ui.explored import searchable, toggled

FOLDER = Path(ui.__file__).parent
READS = {"pick", "remember", "value", "choose", "coming"}
# The row that is read, wherever it was found; the part that is open, which another part may open.
SHARED = {"row", "part"}


def names_in(path):
    """Return the names that a module keeps in the URL of Explore."""
    text = path.read_text()
    if "from core.ui.explored import" not in text:
        return set()
    tree = ast.parse(text)
    found = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in READS:
            given = [word.value for word in call.keywords if word.arg == "name"] or call.args[1:2]
            found |= {one.value for one in given if isinstance(one, ast.Constant)}
    return found


def test_a_name_in_the_url_means_one_thing():
    users = defaultdict(set)
    for path in FOLDER.glob("*.py"):
        for name in names_in(path):
            users[name].add(path.stem)
    assert {"view", "time", "beside", "unit", "table"} <= set(users)
    assert {name: sorted(of) for name, of in users.items() if len(of) > 1 and name not in SHARED} == {}
    assert not set(users) & set(PARAMS)


@pytest.mark.parametrize(
    ("chosen", "also", "left"),
    [
        ((), False, ("A",)),
        (("A",), False, ()),
        (("B",), False, ("A",)),
        (("A", "B"), False, ("A",)),
        (("B",), True, ("B", "A")),
        (("A", "B"), True, ("B",)),
    ],
)
def test_a_click_chooses_a_second_one_lifts_and_shift_keeps_the_others(chosen, also, left):
    assert toggled(chosen, "A", also=also) == left


@pytest.mark.parametrize("costly", [True, False])
def test_a_search_that_would_take_too_long_is_left_out_and_the_other_filters_stay(monkeypatch, costly):
    def mask(filters, grouping):
        if costly:
            raise InputError("it would take about 90 s")

    monkeypatch.setattr(cache_explore, "table", lambda dataset: SimpleNamespace(mask=mask))
    asked = Filters(categories=("A",), search="/x{9}/")
    kept, told = searchable(asked, None, Grouping("raw"))
    if costly:
        assert (kept, told) == (Filters(categories=("A",)), ["it would take about 90 s; the search is left out"])
    else:
        assert (kept, told) == (asked, [])
