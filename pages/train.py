"""Train: start it, watch it, compare it."""

import streamlit as st

from core.models.registry import MODELS, presets
from core.runs import local, store
from core.runs.spec import TARGETS, plan
from core.ui import components, run_view, shell
from core.ui.selection import pick, remember, value

PAGE = "train"

shell.title("Train")
local.look()
dataset = shell.require_dataset()
saved = shell.chosen().grouping
components.notice(dataset)

left, right = st.columns([2, 3], gap="large")
with left:
    st.subheader("Start a run", anchor=False)
    st.caption(
        f"On **{components.escaped(dataset.name)}**, {dataset.rows:,} rows, "
        f"under **{components.escaped(saved.name)}**: both are chosen in the sidebar. "
        "One fifth is kept for the test."
    )
    model = pick(st.selectbox, "Model", list(MODELS), page=PAGE, name="model", format_func=run_view.model_name)
    target = pick(
        st.segmented_control,
        "Target",
        list(TARGETS),
        page=PAGE,
        name="target",
        required=True,
        help="'category' learns the raw categories and answers any grouping by adding up. 'group' learns the groups.",
    )
    preset = pick(st.segmented_control, "Preset", presets(model), page=PAGE, name="preset", required=True)
    with st.expander("Advanced"):
        seed = st.number_input("Seed", min_value=0, max_value=2**32 - 1, value=42, key="train_seed")
        overrides = run_view.settings_editor(model, preset)
    if st.button("Start", type="primary", icon=":material/play_arrow:"):
        with shell.told():
            spec = plan(
                dataset,
                model=model,
                target=target,
                grouping=saved,
                preset=preset,
                overrides=overrides,
                seed=int(seed),
            )
            run = local.submit(spec)
        remember(PAGE, "watch", run.id)
        st.rerun()

with right:
    components.runs_alive()
    watched = run_view.found(value(PAGE, "watch")) or run_view.newest()
    if watched:
        run_view.draw(watched, shell.palette())
    else:
        st.subheader("No run yet", anchor=False)
        st.write("Start one on the left; its progress, figures, settings and log appear here.")

if watched:
    st.subheader("Runs", anchor=False)
    ticked = components.runs_table(store.list_all(), key="train_runs", select=True)
    if ticked and ticked[0] != value(PAGE, "watch"):
        remember(PAGE, "watch", ticked[0])
        st.rerun()
