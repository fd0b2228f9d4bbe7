"""Classify: what is this, and why?"""

import streamlit as st

from core.ui import classify_many, classify_one, shell
from core.ui.classify_asked import PAGE
from core.ui.selection import pick

MODES = ["One", "Many", "File"]

shell.title("Classify")
shell.require_run()
chosen = shell.chosen()
mode = pick(
    st.segmented_control, "How many", MODES, page=PAGE, name="mode", default=MODES[0], required=True,
    label_visibility="collapsed",
)  # fmt: skip
if mode == "One":
    classify_one.draw(chosen.run, chosen.grouping)
elif mode == "Many":
    classify_many.draw_pasted(chosen.run, chosen.grouping)
else:
    classify_many.draw_file(chosen.run, chosen.grouping)
