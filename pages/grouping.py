"""Grouping: which category belongs to which group? Counts at once, saved as a named version."""

import streamlit as st

from core.grouping import versions
from core.grouping.builtin import BUILTIN
from core.ui import charts, components, grouping_edit, shell

PAGE = "grouping"

shell.title("Grouping")
dataset = shell.require_dataset()
newest = shell.chosen().grouping
saved = grouping_edit.being_edited(newest, dataset)
counts = dataset.category_counts
st.caption(
    f"Edit the group of each of the {len(counts)} categories of {dataset.name}; a category without a group keeps its "
    f"own name. Starting from **{components.escaped(saved.name)}**; choose another in the sidebar."
)
components.notice(dataset)

if newest != saved:
    told, reload = st.columns([4, 1], vertical_alignment="center")
    told.warning(
        f"Somebody saved version {newest.version} while you edit version {saved.version}. Save under another name, "
        "or take the newest and lose this edit.",
        icon=":material/group:",
    )
    if reload.button("Take the newest"):
        grouping_edit.begin_again()
        st.rerun()

left, right = st.columns([3, 2], gap="medium")
with left:
    base = grouping_edit.base_frame(saved, counts)
    edited = st.data_editor(
        base,
        key=grouping_edit.editor_key(PAGE, saved, dataset),
        hide_index=True,
        height=min(38 + 35 * len(base), 640),
        disabled=["category", "rows", "share"],
        column_config={
            "category": st.column_config.TextColumn("Category", width="medium"),
            "group": st.column_config.TextColumn("Group", width="medium", help="Type a new name or one that exists."),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "share": st.column_config.NumberColumn("Share", format="%.1f %%"),
        },
    )
    with shell.told():
        draft = grouping_edit.grouping_from_frame(saved, edited, counts)

changes = grouping_edit.changes(saved, draft, counts)
with right:
    groups = grouping_edit.group_counts(draft, counts)
    facts = st.columns(3)
    facts[0].metric("Groups", f"{len(groups):,}")
    facts[1].metric("Changed", f"{len(changes):,}", help="Categories that are in another group than in the saved one.")
    facts[2].metric("Smallest", f"{groups['rows'].min():,}", help="Rows of the smallest group.")
    st.altair_chart(
        charts.distribution_bars(groups, palette=shell.palette(), selection="group", label_title="group"), theme=None
    )
    if len(changes):
        st.dataframe(changes, hide_index=True, column_config={"from": "From", "to": "To", "category": "Category"})

    with st.form("grouping_save", border=True):
        suggestion = "" if saved.name in BUILTIN else saved.name
        name = st.text_input("Save as", value=suggestion, placeholder="name of the grouping", key="grouping_name")
        note = st.text_input("Note", placeholder="what it is for (optional)", key="grouping_note")
        if st.form_submit_button("Save", type="primary", icon=":material/save:"):
            with shell.told():
                grouping_edit.save(draft, name.strip(), note.strip(), seen=saved)
            st.rerun()
    stored = versions.versions(saved.name)
    if stored:
        st.caption(f"{saved.name} is at version {saved.version}; saved versions: {', '.join(map(str, stored))}.")
    with st.expander("As YAML"):
        st.code(grouping_edit.yaml_of(draft), language="yaml")
grouping_edit.saved_message()
