"""Copydesk: the app. Navigation over pages/, the sidebar that all pages share, and the first page."""

from pathlib import Path

import streamlit as st

from core.runs import local
from core.ui import dashboard, shell, welcome

# A file of our own: Streamlit would fetch any other icon from the network.
ICON = Path(__file__).parent / "core" / "ui" / "icon.png"
st.set_page_config(page_title="Copydesk", page_icon=str(ICON), layout="wide")
shell.style()

welcome.open_on_the_sample()
local.look()
page = st.navigation(
    [
        st.Page(dashboard.draw, title="Home", icon=":material/home:", url_path="home", default=True),
        st.Page("pages/explore.py", title="Explore", icon=":material/bar_chart:"),
        st.Page("pages/grouping.py", title="Grouping", icon=":material/account_tree:"),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/evaluate.py", title="Evaluate", icon=":material/grid_on:"),
        st.Page("pages/classify.py", title="Classify", icon=":material/label:"),
        st.Page("pages/models.py", title="Models", icon=":material/inventory_2:"),
    ]
)
shell.sidebar()
page.run()
