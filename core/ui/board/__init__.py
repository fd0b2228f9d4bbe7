"""The board: groups as cards, categories as chips to drag or to move by keyboard; a component of plain JavaScript.

It draws what ``data`` holds and reports what a person did; what that means is decided in Python
(core.ui.grouping_editor). Names are set as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.grouping.drafts import Draft
from core.grouping.names import LONGEST_NAME

FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "copydesk_board",
    html='<div class="board"></div>',
    css=(FOLDER / "board.css").read_text(encoding="utf-8"),
    js=(FOLDER / "board.js").read_text(encoding="utf-8"),
)


def board_data(
    draft: Draft, counts: Mapping[str, int], examples: Mapping[str, Sequence[str]], reply: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the board draws.

    Parameters
    ----------
    counts: category -> rows, the universe.
    examples: category -> a few of its headlines.
    reply: what became of the last edits: ids of those that were taken, text, and whether it is an error.
    """
    grouping, saved = draft.grouping, set(draft.base.labels(counts))
    groups = [
        {
            "name": name,
            "rows": sum(counts[category] for category in members),
            "new": name not in saved,
            "categories": [
                {
                    "name": category,
                    "rows": counts[category],
                    "from": draft.base.group_of(category) if draft.base.group_of(category) != name else None,
                }
                for category in sorted(members, key=lambda category: (-counts[category], category))
            ],
        }
        for name, members in grouping.members(counts).items()
    ]
    return {
        "groups": sorted(groups, key=lambda group: (-group["rows"], group["name"])),
        "rows": sum(counts.values()),
        "examples": {category: list(examples.get(category, ())) for category in counts},
        "longest": LONGEST_NAME,
        "reply": dict(reply),
    }


def mount(data: Mapping[str, Any], *, key: str, on_edits: Callable[[], None]) -> None:
    """Draw the board; ``on_edits`` is called before the next run, with ``st.session_state[key].edits`` set."""
    _component(key=key, data=dict(data), on_edits_change=on_edits)
