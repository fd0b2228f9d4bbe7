"""The table in which a grouping is edited: from a grouping to rows, and back."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import InputError
from core.grouping import versions
from core.grouping.builtin import BUILTIN
from core.grouping.grouping import Grouping
from core.grouping.yaml_text import grouping_to_yaml
from core.ui.selection import SHARED, choose

MESSAGE = "grouping_message"
EDITED, EDITED_WHAT = "grouping_edited", "grouping_edited_what"


def being_edited(newest: Grouping, dataset: Dataset) -> Grouping:
    """Return the version that this visit began to edit, also when somebody has saved a newer one since.

    It stays until the edit is saved or given up (`begin_again`), or another grouping or dataset is chosen.
    """
    what = (newest.name, dataset.fingerprint)
    if st.session_state.get(EDITED_WHAT) != what:
        st.session_state[EDITED_WHAT], st.session_state[EDITED] = what, newest
    return st.session_state[EDITED]


def begin_again() -> None:
    """Give up the edit: the newest version is shown in the next run."""
    st.session_state.pop(EDITED_WHAT, None)


def base_frame(grouping: Grouping, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return one row a category: category, group, rows, share in percent; by group, then by rows.

    It depends on what is saved alone: an editor that is fed its own output loses edits.
    """
    total = max(sum(counts.values()), 1)
    frame = pd.DataFrame(
        [
            {
                "category": category,
                "group": grouping.group_of(category),
                "rows": rows,
                "share": 100 * rows / total,
            }
            for category, rows in counts.items()
        ]
    )
    size = frame.groupby("group")["rows"].transform("sum")
    order = frame.assign(size=size).sort_values(["size", "group", "rows"], ascending=[False, True, False])
    return order.drop(columns="size").reset_index(drop=True)


def editor_key(page: str, grouping: Grouping, dataset: Dataset) -> str:
    """Return a key that is new whenever the base of the editor is another."""
    return f"{page}_editor_{grouping.name}_{grouping.version}_{dataset.fingerprint[:12]}"


def grouping_from_frame(saved: Grouping, frame: pd.DataFrame, counts: Mapping[str, int]) -> Grouping:
    """Return the grouping that the edited table says; categories that only ``saved`` knows are kept.

    Raises InputError when the table holds a group of nothing but spaces.
    """
    mapping = {category: group for category, group in saved.mapping.items() if category not in counts}
    for category, group in zip(frame["category"], frame["group"], strict=True):
        text = "" if pd.isna(group) else str(group)
        if text and not text.strip():
            raise InputError(
                f"the group name of category {category!r} is empty; type a name, or delete it so that the category "
                "keeps its own"
            )
        if text.strip() and text.strip() != category:
            mapping[category] = text.strip()
        elif category in saved.mapping and saved.mapping[category] == category:
            mapping[category] = category
    return Grouping(saved.name, mapping, saved.version, saved.note)


def changes(saved: Grouping, draft: Grouping, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return the categories whose group differs: category, from, to."""
    rows = [
        {"category": category, "from": saved.group_of(category), "to": draft.group_of(category)}
        for category in sorted(counts)
        if saved.group_of(category) != draft.group_of(category)
    ]
    return pd.DataFrame(rows, columns=["category", "from", "to"])


def group_counts(grouping: Grouping, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return one row a group, the largest first: label, rows, share (0 to 1)."""
    rows: dict[str, int] = {}
    for category, count in counts.items():
        rows[grouping.group_of(category)] = rows.get(grouping.group_of(category), 0) + count
    frame = pd.DataFrame({"label": list(rows), "rows": list(rows.values())})
    frame["share"] = frame["rows"] / max(frame["rows"].sum(), 1)
    return frame.sort_values(["rows", "label"], ascending=[False, True]).reset_index(drop=True)


def save(draft: Grouping, name: str, note: str, *, seen: Grouping) -> None:
    """Save ``draft`` as ``name``, choose it, and leave a message for the next run of the page.

    Raises InputError when the name cannot be used, or somebody saved it since ``seen`` was read.
    """
    if not name:
        raise InputError("the grouping has no name; type one under 'Save as'")
    expected = seen.version if name == seen.name and name not in BUILTIN else None
    if expected is None and name not in BUILTIN and versions.versions(name):
        raise InputError(f"grouping {name!r} exists already; choose it in the sidebar to edit it, or another name")
    saved = versions.save(Grouping(name, draft.mapping, note=note or draft.note), expected_version=expected or 0)
    st.session_state[MESSAGE] = f"Saved {saved.name} as version {saved.version}."
    begin_again()
    choose(SHARED, "grouping", saved.name)


def saved_message() -> None:
    """Say once that the last save went well."""
    message = st.session_state.pop(MESSAGE, None)
    if message:
        st.toast(message, icon=":material/check:")


def yaml_of(grouping: Grouping) -> str:
    """Return the grouping as YAML text."""
    return grouping_to_yaml(grouping)
