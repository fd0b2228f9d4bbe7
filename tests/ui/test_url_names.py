"""Names in the URL of Evaluate: no two of its parts mean different things by one of them."""

import ast
from pathlib import Path

import pytest

from core import ui

FOLDER = Path(ui.__file__).parent
READS = {"pick", "remember", "value", "choose", "coming"}
# What several parts are meant to agree on.
SHARED = {
    # Compare and Report mean the same other run, which stands beside the figures at the top.
    "against",
    # The matrix and the list of Errors narrow each other down.
    "true",
    "predicted",
}


def names_in(path):
    """Return the names that a module keeps in the URL of the page "evaluate"."""
    tree = ast.parse(path.read_text())
    constants = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            left, right = node.targets[0], node.value
            pairs = zip(left.elts, right.elts, strict=True) if isinstance(left, ast.Tuple) else [(left, right)]
            constants |= {name.id: one.value for name, one in pairs if isinstance(one, ast.Constant)}
    if constants.get("PAGE") != "evaluate":
        return set()
    found = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in READS:
            continue
        given = [word.value for word in call.keywords if word.arg == "name"] or call.args[1:2]
        for one in given:
            name = one.value if isinstance(one, ast.Constant) else constants.get(getattr(one, "id", ""))
            found |= {name} - {None}
    return found


VIEWS = {path.stem: names_in(path) for path in sorted(FOLDER.glob("*_view.py"))}


@pytest.mark.parametrize("view", [name for name, names in VIEWS.items() if names])
def test_no_other_part_uses_the_names_of_a_part(view):
    others = {name for other, names in VIEWS.items() if other != view for name in names}
    assert VIEWS[view] & others <= SHARED


def test_the_choice_in_confidence_does_not_narrow_down_why_wrong():
    assert "threshold_class" in VIEWS["confidence_view"]
    assert "class" in VIEWS["why_view"] - VIEWS["confidence_view"]
