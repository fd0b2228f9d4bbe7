"""Versions and files: what was saved of a grouping, who is like whom, export and import."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.grouping import formats, versions
from core.grouping.builtin import BUILTIN
from core.grouping.grouping import Grouping
from core.grouping.history import Saved, history, relations
from core.ui.components import escaped, table_key
from core.ui.studio import Take

PAGE = "grouping"
TYPES = {"yaml": "application/yaml", "csv": "text/csv", "json": "application/json"}


def draw(current: Grouping, dataset: Dataset, *, take: Take) -> None:
    """Draw the versions of the grouping that ``current`` is an edit of, files in and out, and all groupings.

    ``take`` puts a version or a file into the editor, with its name and its note.
    """
    left, right = st.columns([3, 2], gap="large")
    with left:
        _versions(current, take)
    with right:
        _export(current)
        _upload(take)
    _all(current, dataset)


def versions_frame(saved: list[Saved]) -> pd.DataFrame:
    """Return one row a saved version, the newest first."""
    return pd.DataFrame(
        [
            {
                "version": one.version,
                "saved": one.saved_at.astimezone().replace(tzinfo=None) if one.saved_at else None,
                "note": one.error or (one.grouping.note if one.grouping else ""),
                "groups": len(set(one.grouping.mapping.values())) if one.grouping else None,
                "categories": len(one.grouping.mapping) if one.grouping else None,
                "moved": one.moved,
                "same_as": ", ".join(map(str, one.same_as)),
            }
            for one in reversed(saved)
        ],
        columns=["version", "saved", "groups", "categories", "moved", "same_as", "note"],
    ).astype({"groups": "Int64", "categories": "Int64", "moved": "Int64"})


def _versions(current: Grouping, take: Take) -> None:
    st.subheader(f"Versions of {escaped(current.name)}", anchor=False)
    saved = history(current.name)
    if not saved:
        built_in = "It is built in and stays as it is; save an edit under a name of your own."
        st.write(built_in if current.name in BUILTIN else "None yet.")
        return
    frame = versions_frame(saved)
    event = st.dataframe(
        frame,
        key=table_key("grouping_versions", [current.name, len(frame)]),
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "version": st.column_config.NumberColumn("Version", width=58),
            "saved": st.column_config.DatetimeColumn("Saved", format="YYYY-MM-DD HH:mm", width=118),
            "groups": st.column_config.NumberColumn("Groups", width=58),
            "categories": st.column_config.NumberColumn("Categories", width=75),
            "moved": st.column_config.NumberColumn(
                "Moved", width=55, help="Categories that are elsewhere than in the version before; a rename is no move."
            ),
            "same_as": st.column_config.TextColumn(
                "Same as", width=65, help="Earlier versions with the same partition, whatever their groups are called."
            ),
            "note": st.column_config.TextColumn("Note", width=200),
        },
    )
    ticked = event["selection"]["rows"]
    if not ticked or ticked[0] >= len(saved):
        st.caption("Tick a version to take it into the editor.")
        return
    one = saved[len(saved) - 1 - ticked[0]]
    if one.grouping is None:
        st.caption(escaped(one.error or ""))
    else:
        what = f"version {one.version} of {current.name}"
        _take_button(f"Edit version {one.version}", one.grouping, what, take, key="grouping_take_version")


def _take_button(label: str, grouping: Grouping, what: str, take: Take, *, key: str) -> None:
    # A callback: the editor above is drawn before this button is reached.
    st.button(label, icon=":material/edit:", key=key, on_click=take, args=(grouping, what), kwargs={"named": True})


def _export(current: Grouping) -> None:
    st.subheader("Export", anchor=False)
    with st.container(horizontal=True):
        for form in formats.WRITERS:
            st.download_button(
                form.upper(),
                formats.grouping_to_text(current, form),
                file_name=f"{current.name}.{form}",
                mime=TYPES[form],
                icon=":material/download:",
                on_click="ignore",
                key=f"grouping_export_{form}",
                help="What is in the editor now, saved or not. CSV has no place for the note.",
            )


def _upload(take: Take) -> None:
    st.subheader("Import", anchor=False)
    file = st.file_uploader(
        "A grouping as YAML, CSV or JSON",
        type=[ending.removeprefix(".") for ending in formats.ENDINGS],
        max_upload_size=1,
        key="grouping_upload",
        help="YAML or JSON: GROUP: [CATEGORY, ...]. CSV: the columns category and group. Nothing is saved by it.",
    )
    if file is None:
        return
    try:
        read = formats.grouping_from_bytes(file.getvalue(), file.name)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return
    groups = len(set(read.mapping.values()))
    categories = "category" if len(read.mapping) == 1 else "categories"
    inside = f"{groups:,} {'group' if groups == 1 else 'groups'}"
    st.caption(escaped(f"{file.name}: {len(read.mapping):,} {categories} in {inside}."))
    _take_button("Take it into the editor", read, f"file {file.name}", take, key="grouping_take_file")


def relations_frame(current: Grouping, dataset: Dataset) -> pd.DataFrame:
    """Return one row a grouping: how it stands to ``current`` and to the others, on the categories of ``dataset``."""
    return pd.DataFrame(
        [
            {
                "grouping": one.grouping.name,
                "version": one.grouping.version,
                "groups": len(one.grouping.labels(dataset.category_counts)),
                "twins": ", ".join(one.twins),
                "ari": one.adjusted_rand_index,
                "moved": one.moved,
                "rows_moved": one.rows_moved,
                "note": one.grouping.note,
            }
            for one in relations(versions.list_all(), current, dataset.category_counts)
        ]
    ).astype({"version": "Int64"})


def _all(current: Grouping, dataset: Dataset) -> None:
    st.subheader("All groupings", anchor=False)
    for reason in versions.damaged().values():
        st.caption(f":material/broken_image: {escaped(reason)}")
    categories = f"the {len(dataset.category_counts)} categories of {dataset.name}"
    st.caption(escaped(f"Beside what is in the editor, on {categories}."))
    st.dataframe(
        relations_frame(current, dataset),
        hide_index=True,
        placeholder="–",
        column_config={
            "grouping": st.column_config.TextColumn("Grouping", width=160),
            "version": st.column_config.NumberColumn("Version", width=58),
            "groups": st.column_config.NumberColumn("Groups", width=65),
            "twins": st.column_config.TextColumn(
                "Same partition as",
                width=170,
                help="They divide the categories alike, whatever their groups are called.",
            ),
            "ari": st.column_config.NumberColumn(
                "Rand index",
                format="%.3f",
                width=85,
                help="Adjusted for chance; 1 is the same partition as the editor's.",
            ),
            "moved": st.column_config.NumberColumn("Categories moved", format="localized", width=130),
            "rows_moved": st.column_config.NumberColumn("Rows moved", format="localized", width=95),
            "note": st.column_config.TextColumn("Note", width=260),
        },
    )
