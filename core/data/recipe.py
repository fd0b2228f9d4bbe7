"""A recipe of cleaning: which steps are taken, in which order; written down with what it made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.data.languages import NAMES
from core.data.markup import MENDING
from core.errors import InputError, shorten


@dataclass(frozen=True)
class Step:
    """One step: what it does, as a button and as a command say it; ``unit`` of its number, "" where it takes none."""

    name: str
    does: str
    unit: str = ""

    @property
    def option(self) -> str:
        """The option of ``data clean``."""
        return f"--{self.name}"


# In the order in which they are taken: texts are mended before they are compared, and what is counted comes last.
_STEPS = (
    Step("fix-encoding", "Put right what was read in a wrong encoding"),
    Step("strip-markup", "Take out HTML tags, and write entities as letters"),
    Step("strip-control", "Take out control characters and spaces of no width"),
    Step("join-lines", "Put each text on one line"),
    Step("merge-names", "Give categories that differ by case, spaces or punctuation the commonest spelling"),
    Step("drop-urls", "Leave out rows that are nothing but an address"),
    Step("keep-language", "Leave out rows that are in another language", "language"),
    Step("drop-short", "Leave out rows of fewer words than", "words"),
    Step("drop-longer", "Leave out rows of more characters than", "characters"),
    Step("drop-conflicts", "Leave out all rows whose text stands under several categories"),
    Step("drop-identical", "Leave out rows that repeat an earlier one in all fields"),
    Step("drop-duplicates", "Leave out rows that repeat the text of an earlier one"),
    Step("drop-respelled", "Leave out rows that repeat an earlier text but for case and white space"),
    Step("drop-near", "Leave out rows whose text is nearly that of an earlier one"),
    Step("drop-small", "Leave out categories of fewer rows than", "rows"),
)
STEPS = {step.name: step for step in _STEPS}
# Taken by every recipe: a record needs a headline.
EMPTIED = "no headline is left"


@dataclass(frozen=True)
class Recipe:
    """The steps of a cleaning; False, None or 0 stands for a step that is not taken.

    Attributes
    ----------
    keep_language: one of `languages.NAMES`: rows that are judged to be in another one go.
    drop_short: rows of fewer words go, and those without a letter or digit.
    drop_longer: rows of more characters go.
    drop_small: categories of fewer rows go, counted after all other steps.
    """

    fix_encoding: bool = False
    strip_markup: bool = False
    strip_control: bool = False
    join_lines: bool = False
    merge_names: bool = False
    drop_urls: bool = False
    keep_language: str | None = None
    drop_short: int = 0
    drop_longer: int = 0
    drop_conflicts: bool = False
    drop_identical: bool = False
    drop_duplicates: bool = False
    drop_respelled: bool = False
    drop_near: bool = False
    drop_small: int = 0

    def steps(self) -> dict[str, bool | int | str]:
        """Return step -> its number or language, True where it takes none, of the steps taken, in their order."""
        return {name: value for name in STEPS if (value := getattr(self, name.replace("-", "_")))}

    def mending(self) -> tuple[str, ...]:
        """Return the steps of `markup.MENDING` that are taken."""
        return tuple(step for step in self.steps() if step in MENDING)

    def __str__(self) -> str:
        return ", ".join(name if value is True else f"{name} {value}" for name, value in self.steps().items())


def recipe_from(steps: Mapping[str, Any]) -> Recipe:
    """Return the recipe of ``steps`` as `Recipe.steps` gives them; InputError for one that there is not.

    >>> str(recipe_from({"drop-small": 3, "join-lines": True}))
    'join-lines, drop-small 3'
    """
    for name, value in steps.items():
        if name not in STEPS:
            raise InputError(f"cleaning has no step {shorten(name)}; choose from: {', '.join(STEPS)}")
        _check(STEPS[name], value)
    recipe = Recipe(**{name.replace("-", "_"): value for name, value in steps.items()})
    if not recipe.steps():
        raise InputError(f"no step of cleaning is chosen; choose from: {', '.join(STEPS)}")
    return recipe


def _check(step: Step, value: Any) -> None:
    if step.unit == "language":
        if value is not None and value not in NAMES:
            raise InputError(f"{step.name} does not know {shorten(value)}; choose from: {', '.join(NAMES)}")
    elif step.unit:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InputError(f"{step.name} {shorten(value)} is no number of {step.unit}; give a whole one from 0 on")
    elif not isinstance(value, bool):
        raise InputError(f"{step.name} takes no {shorten(value)}; leave it out, or say true")


def described(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as JSON holds it."""
    return dict(recipe.steps())


FIELDS = tuple(field.name for field in dataclasses.fields(Recipe))
